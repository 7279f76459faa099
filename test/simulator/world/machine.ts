/**
 * One machine: a disk, a clock that is a little wrong, and the processes that run on it one after the other. Each process is a whole
 * node, started by the product's own `startNode`.
 */
import { assert, fromHex, toHex } from '../../../base/index.ts'
import { stateRoot } from '../../../ledger/index.ts'
import type { MemoryHub, Transport } from '../../../network/index.ts'
import {
  type Clock,
  type Logger,
  type NodeOptions,
  type NodePorts,
  type RunningNode,
  sleep,
  startNode,
} from '../../../node/index.ts'
import { createInlineVerifier } from '../../../node/verifier.ts'
import { privateKeyOf } from '../../support/ledger-builders.ts'
import { heedless, trusteeSeedAt } from '../../support/node-network.ts'
import { seatName } from '../plan.ts'
import type { Dice, Happening, Seat } from '../types.ts'
import { processClock, type VirtualClock } from './clock.ts'
import type { Disk, OpenDisk } from './disk.ts'
import { signerOf } from './keys.ts'
import { Life } from './life.ts'
import type { Network } from './network.ts'
import type { Prepared } from './prepared.ts'
import type { Tally } from './tally.ts'
import type { Trace } from './trace.ts'
import { processTransport } from './transport.ts'

/** How long a process that stops by itself may take to end. */
export const STOPPING_MS = 300

/** A disk forces bytes down at once (a cache with a battery), or after at most so long. */
const SEEK_CHANCE = 0.3
const MAX_SEEK_MS = 8

/** A happening without its time. */
export type Happened = Happening extends infer One ? (One extends unknown ? Omit<One, 'atMs'> : never) : never

/** What machines share. */
export interface Surroundings {
  readonly clock: VirtualClock
  readonly hub: MemoryHub
  readonly network: Network
  readonly trace: Trace
  readonly tally: Tally
  readonly prepared: Prepared
  readonly dice: Dice
  readonly tell: (happened: Happened) => void
}

/** What an adversary puts between the node and the network. */
export type Wrap = (transport: Transport, clock: Clock, node: () => RunningNode | undefined) => Transport

/** A process, from before its node is started. */
interface Running {
  readonly life: Life
  readonly transport: Transport
  node: RunningNode | undefined
  /** Its disk failed, or was full, at some time. */
  hadAilment: boolean
}

export class Machine {
  readonly seat: Seat
  readonly #disk: Disk
  readonly #skewMs: number
  readonly #around: Surroundings
  readonly #wrap: Wrap | undefined
  #running: Running | undefined
  #lives = 0
  /** The highest block that this machine is known to have. */
  #height: number

  constructor(seat: Seat, disk: Disk, height: number, skewMs: number, around: Surroundings, wrap?: Wrap) {
    this.seat = seat
    this.#disk = disk
    this.#height = height
    this.#skewMs = skewMs
    this.#around = around
    this.#wrap = wrap
  }

  /** The node, once it is started and as long as its process lives. */
  get node(): RunningNode | undefined {
    return this.#running?.node
  }

  /** Whether a process is there, perhaps still starting. */
  get isUp(): boolean {
    return this.#running !== undefined
  }

  /** Starts a process, where none is. */
  start(): void {
    if (this.#running !== undefined) return
    const seeks = this.#around.dice.fork(`disk of ${this.seat.name} ${this.#lives}`)
    const life = new Life(async () => {
      if (seeks.chance(SEEK_CHANCE)) await sleep(clock, seeks.between(1, MAX_SEEK_MS))
    })
    const clock = processClock(this.#around.clock, this.#skewMs, () => life.isDead)
    const { now, setTimer } = clock
    const inner = this.#around.hub.transport(this.seat.name, { now, setTimer })
    const running: Running = {
      life,
      transport: inner,
      node: undefined,
      hadAilment: this.#disk.ailment !== undefined,
    }
    this.#running = running
    this.#run(running, clock).catch((error: unknown) => this.#fail(running, error))
  }

  /** Ends the process at once; `powerCut`: and with it what was not synced. */
  kill(how: 'kill' | 'powerCut'): void {
    const { tally, tell, dice } = this.#around
    const running = this.#running
    if (running === undefined) return
    this.#end(running)
    if (how === 'kill') tally.faults.kills++
    else {
      tally.faults.powerCuts++
      tally.faults.tornWrites += this.#disk.cutPower(dice.fork(`power cut ${this.seat.name} ${this.#lives}`))
    }
    if (this.seat.role !== 'puppet') tell({ type: 'killed', seat: this.seat.name })
  }

  /** The world ends: nothing happens here any more. */
  vanish(): void {
    if (this.#running !== undefined) this.#end(this.#running)
  }

  /** Kills it after so many effects from now on; then calls back. */
  killAfter(moments: number, how: 'kill' | 'powerCut', onKilled: () => void): void {
    this.#running?.life.endAfter(moments, () => {
      this.kill(how)
      onKilled()
    })
  }

  /** From now on the disk fails, or works again. */
  ail(ailment: Disk['ailment']): void {
    this.#disk.ailment = ailment
    if (ailment !== undefined && this.#running !== undefined) this.#running.hadAilment = true
  }

  async #run(running: Running, clock: Clock): Promise<void> {
    const { tell, prepared } = this.#around
    const { name, index } = this.seat
    const life = ++this.#lives
    const disk = await this.#open(running)
    const node = await startNode(
      {
        name,
        genesis: prepared.genesis,
        networkId: prepared.networkId,
        keys: index === undefined ? {} : keysOf(index, prepared.trustees),
      },
      this.#ports(running, clock, disk, life),
      (error) => this.#fail(running, error),
    )
    if (running.life.isDead) return
    running.node = node
    if (this.seat.role === 'puppet') return
    // A block that was durable before the end of the process before, or was finalised out of its journal now.
    if (node.chain.height() > this.#height) await this.#tellHead(node, clock)
    tell({ type: 'started', seat: name, height: node.chain.height() })
    node.chain.onCommit(({ height, block, certificate, state }) => {
      if (running.life.isDead) return
      this.#height = height
      tell({
        type: 'committed',
        seat: name,
        height,
        block: block.bytes,
        certificate,
        stateRoot: toHex(stateRoot(state)),
        undurable: disk.undurable(),
        clockMs: clock.now(),
      })
    })
  }

  async #open({ life }: Running): Promise<OpenDisk> {
    const sign = this.seat.index === undefined ? undefined : signerOf(seatName(this.seat.index))
    const disk: OpenDisk = await this.#disk.open({
      moments: life,
      onSign: (bytes) => {
        assert(sign !== undefined, 'an observer signs nothing')
        if (this.seat.role !== 'puppet' && !life.isDead) {
          const { name } = this.seat
          this.#around.tell({ type: 'signing', seat: name, bytes, undurable: disk.undurable() })
        }
        return sign(bytes)
      },
    })
    return disk
  }

  #ports(running: Running, clock: Clock, disk: OpenDisk, life: number): NodePorts {
    const { network, trace, clock: time, dice, tell, prepared } = this.#around
    const { name, role } = this.seat
    const transport = processTransport(running.transport, {
      clock,
      life: running.life,
      network,
      trace,
      now: () => time.now(),
      onPublish: (topic, payload) => {
        if (role === 'puppet' || topic !== 'consensus') return
        tell({ type: 'said', seat: name, payload, durableSlot: this.#disk.durableSlot() })
      },
    })
    const bytes = dice.fork(`randomness of ${name} ${life}`)
    return {
      clock,
      transport: this.#wrap?.(transport, clock, () => running.node) ?? transport,
      database: disk.database,
      journal: disk.journal,
      lastSigned: role === 'puppet' ? heedless(disk.lastSigned) : disk.lastSigned,
      random: (length) => {
        assert(length <= 64, 'keys and scalars are made of few bytes')
        return new Uint8Array([...bytes.bytes(), ...bytes.bytes()]).slice(0, length)
      },
      logger: this.#logger(running.life),
      verifier: createInlineVerifier({
        clock,
        verify: (election, ballot) => prepared.ballots.verify(election, ballot),
      }),
    }
  }

  /** Counts the rules that fire; the rest is for those who read the trace. */
  #logger(life: Life): Logger {
    const { trace, tally, clock } = this.#around
    const { name, role } = this.seat
    const write =
      (level: string) =>
      (message: string, fields?: Readonly<Record<string, unknown>>): void => {
        if (life.isDead) return
        if (message === 'step' && role !== 'puppet') {
          for (const rule of (fields?.rules ?? []) as readonly string[]) {
            tally.rules.set(rule, (tally.rules.get(rule) ?? 0) + 1)
          }
        }
        if (message === 'a validator contradicted itself' && role !== 'puppet') {
          const evidence = fromHex(String(fields?.evidence))
          assert(evidence !== undefined, 'evidence is told with its bytes')
          this.#around.tell({ type: 'evidence', seat: name, evidence })
        }
        if (trace.isRead) trace.log(clock.now(), name, level, message, fields)
      }
    const logger: Logger = {
      error: write('error'),
      warn: write('warn'),
      info: write('info'),
      debug: write('debug'),
      child: () => logger,
    }
    return logger
  }

  async #tellHead(node: RunningNode, clock: Clock): Promise<void> {
    const { chain } = node
    const height = chain.height()
    assert(height === this.#height + 1, 'a process commits every block but the one of its last moment')
    const stored = await this.#disk.block(height)
    this.#height = height
    this.#around.tell({
      type: 'committed',
      seat: this.seat.name,
      height,
      ...stored,
      stateRoot: toHex(stateRoot(chain.state())),
      undurable: 0,
      clockMs: clock.now(),
    })
  }

  /** The process cannot go on: it stops by itself, and is gone a moment later. */
  #fail(running: Running, error: unknown): void {
    if (running.life.isDead) return
    const { clock, trace, tell, tally } = this.#around
    const { name, role } = this.seat
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'crash'
    const detail =
      error instanceof Error ? (code === 'crash' ? String(error.stack) : error.message) : String(error)
    if (role === 'puppet') trace.fault(clock.now(), `${name} failed: ${code}: ${detail}`)
    else {
      if (running.hadAilment) tally.faults.diskFailures++
      tell({ type: 'failed', seat: name, code, detail, isExpected: running.hadAilment })
    }
    running.node?.stop().catch(() => undefined)
    clock.after(STOPPING_MS, () => this.#end(running))
  }

  #end(running: Running): void {
    running.life.end()
    running.node = undefined
    running.transport.stop().catch(() => undefined)
    if (this.#running === running) this.#running = undefined
  }
}

function keysOf(index: number, trustees: number): NodeOptions['keys'] {
  const validator = privateKeyOf(seatName(index))
  return index < trustees ? { validator, trusteeSeed: trusteeSeedAt(index) } : { validator }
}
