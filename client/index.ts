/** What voters, clerks and auditors do against peers that may lie: certified reads, submission, receipts. No `node:` imports. */
export { createClient } from './client.ts'
export * from './limits.ts'
export { verifyReceipt } from './receipt.ts'
export { fateOf, isTaken } from './submit.ts'
export type * from './types.ts'
