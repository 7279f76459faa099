import { withPlainBatch } from '../../crypto/index.ts'
import { pointBatchSuite } from './point-batch-suite.ts'

pointBatchSuite('in BigInt', withPlainBatch)
