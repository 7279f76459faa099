/** The process in which the product's decoders are fed; see `serve.ts`. */
import { allTargets } from './registry.ts'
import { serve } from './serve.ts'

await serve(await allTargets(), process.argv.slice(2))
