/**
 * Persist, then speak: when a validator signs, everything that it has journalled is durable; when a message leaves, the
 * last-signed record is durable up to the message's slot. A power cut at any moment then forgets nothing that others have heard.
 */
import type { CreateChecker } from '../types.ts'
import { compareSlots, readEnvelope, slotOf, words } from './wire.ts'

export const persistBeforeSpeak: CreateChecker = (_facts, convict) => ({
  observe: (happening) => {
    if (happening.type === 'signing' && happening.undurable > 0)
      convict(
        `${happening.seat} signs with ${happening.undurable} journal records that a power cut would take`,
      )
    if (happening.type !== 'said') return
    const { seat, payload, durableSlot } = happening
    const { said } = readEnvelope(payload).vote
    if (durableSlot === undefined || compareSlots(durableSlot, slotOf(said)) < 0)
      convict(
        `${seat} sends a ${words(said)}; its last-signed record is durable up to ${durableSlot?.join('/') ?? 'nothing'}`,
      )
  },
})
