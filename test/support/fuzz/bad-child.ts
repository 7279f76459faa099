/** A process that feeds the bad decoders, for tests of the watchdog. */
import { serve } from '../../fuzz/serve.ts'
import { BAD_DECODERS } from './bad-decoders.ts'

await serve(Object.values(BAD_DECODERS), process.argv.slice(2))
