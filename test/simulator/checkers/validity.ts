/**
 * Validity of every finalised block: it continues its parent in this network, its time is right, a quorum signed it, and its
 * transactions are ones that were valid: ballots that voters made, in time, each once, in the order that hides arrival; partial
 * decryptions after the closing, signed by their trustee, one each; evidence, one piece a validator.
 *
 * A block is committed under different certificates by different nodes: each certificate is judged, the block once.
 */
import type { CreateChecker, Facts, MadeBallot } from '../types.ts'
import {
  BALLOT,
  EVIDENCE,
  PARTIAL_DECRYPTION,
  readAccusation,
  readBallot,
  readBlock,
  readDecryption,
  type SeenBlock,
} from './blocks.ts'
import { hex, sha256, Unreadable } from './ssz.ts'
import { quorumOf, readCertificate, type VoteVerifier, voteVerifier } from './wire.ts'

interface Place {
  readonly id: string
  readonly time: number
}

export const validity: CreateChecker = (facts, convict) => {
  const isGood = voteVerifier(facts)
  const chain = new Map<number, Place>([[facts.startHeight, { id: facts.startId, time: facts.startTime }]])
  const judgeTransactions = transactionJudge(facts)
  const offered = new Map<string, MadeBallot>()
  return {
    observe: (happening) => {
      if (happening.type === 'cast') offered.set(hex(sha256(happening.ballot.bytes)), happening.ballot)
      if (happening.type !== 'committed' || happening.height <= facts.startHeight) return
      const { seat, height, clockMs } = happening
      const flaws: string[] = []
      try {
        const block = readBlock(happening.block)
        flaws.push(...certificateFlaws(facts, isGood, block, happening.certificate))
        if (chain.get(height)?.id !== block.id) {
          flaws.push(...headerFlaws(facts, block, chain.get(height - 1), height, clockMs))
          flaws.push(...judgeTransactions(block, offered))
          if (!chain.has(height)) chain.set(height, block)
        }
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        flaws.push(error.message)
      }
      for (const flaw of flaws) convict(`${seat} finalises a bad block of height ${height}: ${flaw}`)
    },
  }
}

function certificateFlaws(
  { n }: Facts,
  isGood: VoteVerifier,
  block: SeenBlock,
  bytes: Uint8Array,
): readonly string[] {
  const flaws: string[] = []
  const certificate = readCertificate(bytes)
  const { height, round, signatures } = certificate
  if (certificate.block !== block.id || height !== block.height)
    flaws.push(`its certificate is for ${certificate.block.slice(0, 16)} of height ${height}`)
  const authors = new Set(signatures.map(({ validator }) => validator))
  if (authors.size !== signatures.length) flaws.push('its certificate counts a validator twice')
  if (authors.size < quorumOf(n))
    flaws.push(`its certificate has ${authors.size} validators of ${n}, not ${quorumOf(n)}`)
  for (const { validator, signature } of signatures)
    if (!isGood({ kind: 'commit', height, round, block: certificate.block }, validator, signature))
      flaws.push(`its certificate has a false signature of validator ${validator}`)
  return flaws
}

function headerFlaws(
  { networkId, maxLeadMs, maxSkewMs }: Facts,
  block: SeenBlock,
  parent: Place | undefined,
  height: number,
  clockMs: number,
): readonly string[] {
  const flaws: string[] = []
  if (block.networkId !== hex(networkId)) flaws.push('it is of another network')
  if (block.height !== height) flaws.push(`its header says height ${block.height}`)
  if (parent === undefined) flaws.push('nobody finalised its parent')
  else {
    if (block.parent !== parent.id)
      flaws.push(`its parent is ${block.parent.slice(0, 16)}, not the block before`)
    if (block.time <= parent.time) flaws.push(`its time ${block.time} is not above ${parent.time}`)
  }
  // Some correct validator held it for near enough before anybody could commit it.
  const latest = clockMs + maxSkewMs + maxLeadMs
  if (block.time > latest)
    flaws.push(`its time is ${block.time - latest} ms further ahead than any correct clock allows`)
  if (block.transactionsRoot !== block.computedTransactionsRoot)
    flaws.push('its header is not that of its transactions')
  return flaws
}

type Judge = (block: SeenBlock, offered: ReadonlyMap<string, MadeBallot>) => readonly string[]

/** Judges one block after the other: what was final once may not come again. */
function transactionJudge({ election, networkId }: Facts): Judge {
  const finalised = new Set<string>()
  const trustees = new Set<string>()
  const accused = new Set<string>()

  function ballotFlaw(bytes: Uint8Array, ballot: MadeBallot | undefined, time: number): string | undefined {
    const { uuid, credential } = readBallot(bytes)
    if (ballot === undefined) return `a ballot of ${credential.slice(0, 16)} that no voter made`
    if (!ballot.isValid) return `the forged ballot ${ballot.id.slice(0, 16)}`
    if (uuid !== election.uuid || credential !== ballot.credential)
      return `the ballot ${ballot.id.slice(0, 16)} for another election or voter`
    if (time < election.opensAt || time >= election.closesAt)
      return `the ballot ${ballot.id.slice(0, 16)} at ${time}, open from ${election.opensAt} to ${election.closesAt}`
    return undefined
  }

  function decryptionFlaw(bytes: Uint8Array, time: number): string | undefined {
    const { uuid, trustee, isSigned } = readDecryption(bytes, networkId)
    if (uuid !== election.uuid || !isSigned)
      return 'a partial decryption that is not signed by its trustee for this election'
    if (time < election.closesAt) return 'a partial decryption before the closing'
    if (trustees.has(trustee)) return `two partial decryptions of ${trustee.slice(0, 16)}`
    trustees.add(trustee)
    return undefined
  }

  /** Whether it is true is the concern of the checker of evidence. */
  function evidenceFlaw(bytes: Uint8Array): string | undefined {
    const { validator } = readAccusation(bytes, networkId)
    if (accused.has(validator)) return `two pieces of evidence against ${validator.slice(0, 16)}`
    accused.add(validator)
    return undefined
  }

  return (block, offered) => {
    const flaws: (string | undefined)[] = []
    let previous = ''
    for (const bytes of block.transactions) {
      const name = hex(sha256(bytes))
      if (finalised.has(name)) flaws.push(`transaction ${name.slice(0, 16)} is final for the second time`)
      finalised.add(name)
      const kind = bytes[0]
      if (kind === BALLOT) {
        const ballot = offered.get(name)
        flaws.push(ballotFlaw(bytes, ballot, block.time))
        if (ballot !== undefined && ballot.id <= previous) flaws.push('ballots out of order')
        previous = ballot?.id ?? previous
      } else if (previous !== '') flaws.push('another transaction after a ballot')
      else if (kind === PARTIAL_DECRYPTION) flaws.push(decryptionFlaw(bytes, block.time))
      else if (kind === EVIDENCE) flaws.push(evidenceFlaw(bytes))
      else flaws.push(`a transaction of kind ${kind}, which nobody makes here`)
    }
    return flaws.filter((flaw) => flaw !== undefined)
  }
}
