/**
 * How fast a new node reaches the head: a chain of many ballots, served by one daemon, fetched by another that begins with nothing but the
 * genesis file and an address. Processes of their own, real disks, loopback; measured from the start of the process.
 *
 * Reference: the rate at which four daemons finalise the same kind of ballots under load, measured in the same run; blocks on the made
 * chain have as many ballots as theirs had. A block under a certificate is executed without verifying its ballots' proofs (ADR 0018); what
 * their verification in the background takes afterwards is a figure of its own, against verifying one ballot in this process.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fromUtf8 } from '../base/index.ts'
import { startDaemons } from '../node/cli/demo/daemons.ts'
import { measureBallot } from '../node/cli/demo/plan.ts'
import { type Connection, withClient } from '../node/cli/network.ts'
import { freePorts } from '../node/cli/testnet.ts'
import { type Diagnostics, systemRandom } from '../node/index.ts'
import { castAtOnce, openElection, progress, YES_OR_NO } from './casting.ts'
import { contextOfDaemons, onDaemons } from './daemons.ts'
import { type MadeChain, makeChain } from './made-chain.ts'
import { against, type BenchOptions, type Report } from './report.ts'

const VALIDATORS = 4
const DEFAULT_BALLOTS = 2000
/** Ballots finalised by daemons: enough for a rate that does not depend on its beginning and end. */
const SAMPLE = 1000
const POLL_MS = 50
const VERIFY_POLL_MS = 500
const TIMEOUT_MS = 3_600_000

/** Prints `catch-up.finalise`, `catch-up.seconds`, `catch-up.rate` and `catch-up.verify`. */
export async function run(report: Report, { ballots = DEFAULT_BALLOTS }: BenchOptions): Promise<void> {
  const cores = availableParallelism()
  const finalised = await measureFinality()
  report({
    bench: 'catch-up.finalise',
    value: finalised.rate,
    unit: 'ballots/s',
    note: `${SAMPLE} ballots of 1 ciphertext, ${VALIDATORS} daemons, ${cores} cores, ${finalised.perBlock} ballots a block`,
  })
  const directory = await mkdtemp(join(tmpdir(), 'psephos-bench-'))
  try {
    const made = await makeChain({
      directory,
      validators: VALIDATORS,
      questions: YES_OR_NO,
      ballots,
      ballotsPerBlock: finalised.perBlock,
      onProgress: progress,
    })
    const { verifyMs } = measureBallot(YES_OR_NO, [[1]], systemRandom)
    const { reachedMs, verifiedMs } = await measureCatchingUp(made, directory)
    const rate = (1000 * ballots) / reachedMs
    const size = `${ballots} ballots in ${made.height} blocks, from the start of the process`
    report({ bench: 'catch-up.seconds', value: reachedMs / 1000, unit: 's', note: size })
    report({
      bench: 'catch-up.rate',
      value: rate,
      unit: 'ballots/s',
      reference: against('finalising', rate, finalised.rate),
      note: size,
    })
    report({
      bench: 'catch-up.verify',
      value: verifiedMs / ballots,
      unit: 'ms',
      reference: against('one verification', verifiedMs / ballots, verifyMs),
      note: 'a ballot, in the background after the head was reached',
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Ballots a second that daemons finalise, and how many were in a block. */
async function measureFinality(): Promise<{ readonly rate: number; readonly perBlock: number }> {
  progress(`${VALIDATORS} daemons finalise ${SAMPLE} ballots`)
  return onDaemons(VALIDATORS, async (daemons) => {
    const election = await openElection(daemons, SAMPLE)
    const { rate, perBlock } = await castAtOnce(daemons, election, election.ballots)
    return { rate, perBlock: Math.max(1, Math.round(perBlock)) }
  })
}

/** Starts the node that has everything, then one that has nothing; when the latter is at the head, and has verified all proofs. */
async function measureCatchingUp(
  made: MadeChain,
  directory: string,
): Promise<{ readonly reachedMs: number; readonly verifiedMs: number }> {
  const { genesis, networkId, genesisPath, address } = made
  const context = contextOfDaemons()
  const [port] = await freePorts(1)
  const listen = `/ip4/127.0.0.1/tcp/${port}`
  const options = ['--observe', '--genesis', genesisPath, '--peer', address, '--listen', listen]
  const observer = { name: 'new', home: join(directory, 'new'), options, log: join(directory, 'new.log') }
  const full = await startDaemons({ nodes: [{ name: 'full', home: made.home }] }, context.self, ended)
  try {
    const began = performance.now()
    const fresh = await startDaemons({ nodes: [observer] }, context.self, ended)
    try {
      return await withClient({ genesis, networkId }, [address], context, async (connection) => {
        await reaches(connection, listen, POLL_MS, ({ height }) => height, made.height)
        const reached = performance.now()
        progress(`the new node is at the head after ${((reached - began) / 1000).toFixed(1)} s`)
        await reaches(connection, listen, VERIFY_POLL_MS, (one) => one.proofsVerifiedTo, made.height)
        return { reachedMs: reached - began, verifiedMs: performance.now() - reached }
      })
    } finally {
      await fresh.stop()
    }
  } finally {
    await full.stop()
  }
}

async function reaches(
  connection: Connection,
  address: string,
  pollMs: number,
  read: (report: Diagnostics) => number,
  wanted: number,
): Promise<void> {
  const until = performance.now() + TIMEOUT_MS
  for (;;) {
    // A busy node on a busy machine may not answer in time: it is asked again.
    const report = await askReport(connection, address).catch(() => undefined)
    if (report !== undefined && read(report) >= wanted) return
    if (performance.now() > until) throw new Error('the new node did not get there in an hour')
    await wait(pollMs)
  }
}

/** What a daemon says about itself. */
async function askReport({ transport }: Connection, address: string): Promise<Diagnostics> {
  const peer = await transport.dial(address)
  let text = ''
  for await (const chunk of transport.request(peer, 'diagnostics', new Uint8Array(0)))
    text += fromUtf8(chunk) ?? ''
  return JSON.parse(text) as Diagnostics
}

function ended(name: string, how: string): void {
  progress(`the daemon ${name} ended: ${how}`)
}
