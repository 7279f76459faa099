/**
 * What the core asked for and has not got yet. It is a function of the journal: replaying the inputs leaves exactly the
 * requests that a crash cut off, and carrying those out is all that recovery does.
 */
import type { Effect, Input, Statement } from '../consensus/index.ts'

/** Effects that are owed an answer or an act; the others happen once, when they come. */
export type Request = Extract<
  Effect,
  { readonly type: 'buildBlock' | 'checkBlock' | 'sign' | 'setTimer' | 'finalise' }
>

export class Outstanding {
  readonly #self: number | undefined
  #requests: { readonly request: Request; isStarted: boolean }[] = []

  /** `self`: whose messages answer `sign`. */
  constructor(self: number | undefined) {
    this.#self = self
  }

  /** Takes note of an effect, if it is one that is owed something. */
  add(effect: Effect): void {
    switch (effect.type) {
      case 'setTimer':
        this.#drop((request) => request.type === 'setTimer')
        break
      case 'buildBlock':
      case 'checkBlock':
      case 'sign':
      case 'finalise':
        break
      case 'resend':
      case 'evidence':
      case 'refuse':
        return
    }
    this.#requests.push({ request: effect, isStarted: false })
  }

  /** Takes note of an input: what it answers is no longer owed. */
  answered(input: Input): void {
    this.#drop((request) => isAnswer(input, request, this.#self))
  }

  /** Gives up on a request that will get no answer. */
  drop(dropped: Request): void {
    this.#drop((request) => request === dropped)
  }

  /** What is owed and was not yet begun, in the order in which it was asked for; it counts as begun from now on. */
  begin(mayBegin: (request: Request) => boolean): readonly Request[] {
    const begun: Request[] = []
    for (const item of this.#requests) {
      if (item.isStarted || !mayBegin(item.request)) continue
      item.isStarted = true
      begun.push(item.request)
    }
    return begun
  }

  /** Everything that is owed. */
  all(): readonly Request[] {
    return this.#requests.map(({ request }) => request)
  }

  #drop(isDone: (request: Request) => boolean): void {
    this.#requests = this.#requests.filter(({ request }) => !isDone(request))
  }
}

function isAnswer(input: Input, request: Request, self: number | undefined): boolean {
  switch (request.type) {
    case 'buildBlock':
      return input.type === 'blockBuilt' && input.round === request.round
    case 'checkBlock':
      return input.type === 'blockChecked' && input.blockId === request.blockId
    case 'setTimer':
      return input.type === 'timeout' && input.round === request.round
    case 'sign':
      return (
        input.type === 'message' &&
        input.message.signed.validator === self &&
        isSameStatement(input.message.signed.statement, request.draft.statement)
      )
    case 'finalise':
      return false
  }
}

function isSameStatement(a: Statement, b: Statement): boolean {
  if (a.kind !== b.kind || a.height !== b.height || a.round !== b.round) return false
  if (a.kind === 'roundChange' || b.kind === 'roundChange') {
    return (
      a.kind === 'roundChange' &&
      b.kind === 'roundChange' &&
      a.prepared?.round === b.prepared?.round &&
      a.prepared?.blockId === b.prepared?.blockId
    )
  }
  return a.blockId === b.blockId
}
