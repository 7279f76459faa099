import { strict as assert } from 'node:assert'
import { type Evidence, type Statement, statementBytes } from '../../../consensus/index.ts'
import { sign } from '../../../crypto/index.ts'
import { encodeTransaction } from '../../../ledger/index.ts'
import { Witness } from '../../../node/evidence.ts'
import { type Logger, SILENT } from '../../../node/index.ts'
import { aCollectedLog } from '../../support/collected-log.ts'
import { CONTRADICTIONS, evidenceAgainst } from '../../support/evidence-builders.ts'
import { aDraft, aPreparation, aRoll, privateKeyOf } from '../../support/ledger-builders.ts'
import { aNodeChain, type NodeChain } from '../../support/node-chain.ts'

const [PROPOSALS, PREPARES] = CONTRADICTIONS as readonly [
  readonly [Statement, Statement],
  readonly [Statement, Statement],
]

/** What agreement hands out about a validator, by index. */
function evidenceOf(on: NodeChain, validator: number, two: readonly [Statement, Statement]): Evidence {
  const [first, second] = two.map((statement) => ({
    statement,
    validator,
    signature: sign(statementBytes(on.networkId, statement), privateKeyOf(`validator ${validator + 1}`)),
  }))
  assert.ok(first && second)
  return { first, second }
}

function aWitness(
  on: NodeChain,
  self?: number,
  logger: Logger = SILENT,
): { witness: Witness; failures: readonly unknown[] } {
  const failures: unknown[] = []
  const validators = { keys: on.genesis.validators.map(({ publicKey }) => publicKey) }
  const witness = new Witness(
    { networkId: on.networkId, validators, self },
    { chain: on.chain, pool: on.pool, logger, onFailure: (error) => failures.push(error) },
  )
  return { witness, failures }
}

/** What waits in the pool, encoded. */
function waiting(on: NodeChain): readonly Uint8Array[] {
  return [...on.pool.entries()].map(({ bytes }) => bytes)
}

describe('a node that saw a validator contradict itself', () => {
  it('T30 offers evidence as its own, once a validator', async () => {
    const on = await aNodeChain()
    const { witness, failures } = aWitness(on)
    witness.tell(evidenceOf(on, 0, PROPOSALS))
    witness.tell(evidenceOf(on, 0, PREPARES))
    witness.tell(evidenceOf(on, 1, PREPARES))
    await on.clock.settle()
    assert.deepEqual(waiting(on), [
      encodeTransaction(evidenceAgainst(on.networkId, 'validator 1', PROPOSALS)),
      encodeTransaction(evidenceAgainst(on.networkId, 'validator 2', PREPARES)),
    ])
    assert.ok([...on.pool.entries()].every(({ isOurs }) => isOurs))
    assert.deepEqual(failures, [])
  })

  it('says nothing against itself', async () => {
    const on = await aNodeChain()
    const { witness } = aWitness(on, 1)
    witness.tell(evidenceOf(on, 1, PROPOSALS))
    await on.clock.settle()
    assert.deepEqual(waiting(on), [])
    witness.tell(evidenceOf(on, 0, PROPOSALS))
    await on.clock.settle()
    assert.equal(waiting(on).length, 1)
  })

  it('offers again after a block what the pool had no room for', async () => {
    const on = await aNodeChain({ pool: { maxTransactions: 1 } })
    const { draft } = aPreparation(on.networkId, aDraft(), aRoll(1))
    assert.equal((await on.pool.add(encodeTransaction(draft), 'a', false)).code, 'accepted')
    const { witness } = aWitness(on)
    witness.tell(evidenceOf(on, 0, PROPOSALS))
    await on.clock.settle()
    assert.deepEqual(waiting(on), [encodeTransaction(draft)])
    await on.extend([draft])
    await on.clock.settle()
    const evidence = evidenceAgainst(on.networkId, 'validator 1', PROPOSALS)
    assert.deepEqual(waiting(on), [encodeTransaction(evidence)])
    await on.extend([evidence])
    await on.clock.settle()
    assert.deepEqual(waiting(on), [])
  })

  it('tells its operator of each conviction once, whoever brought the evidence', async () => {
    const on = await aNodeChain()
    const { logger, lines } = aCollectedLog()
    aWitness(on, undefined, logger)
    await on.extend([])
    await on.extend([evidenceAgainst(on.networkId, 'validator 2', PREPARES)])
    await on.extend([])
    assert.equal(lines.length, 1)
    assert.match(
      lines[0]!,
      /"validator":1,.*"kind":"prepare","height":7,"round":0,"since":2,.*a validator is convicted on the chain/,
    )
  })

  it('offers nothing once the validator is convicted, by whatever evidence', async () => {
    const on = await aNodeChain()
    const { witness } = aWitness(on)
    witness.tell(evidenceOf(on, 0, PROPOSALS))
    await on.extend([evidenceAgainst(on.networkId, 'validator 1', PREPARES)])
    await on.clock.settle()
    assert.deepEqual(waiting(on), [])
    witness.tell(evidenceOf(on, 0, PROPOSALS))
    await on.extend([])
    await on.clock.settle()
    assert.deepEqual(waiting(on), [])
  })
})
