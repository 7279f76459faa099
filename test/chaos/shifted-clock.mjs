/**
 * Loaded into a daemon before anything else (`node --import`): its wall clock shows the time plus the milliseconds in the file that
 * PSEPHOS_CHAOS_CLOCK names. Timers and the monotonic clock go on as they are, as with a clock that somebody sets.
 */
import { readFileSync } from 'node:fs'

const file = process.env.PSEPHOS_CHAOS_CLOCK
const now = Date.now.bind(Date)
let offsetMs = 0

function read() {
  const read = Number(readFileSync(file, 'utf8'))
  if (Number.isFinite(read)) offsetMs = read
}

if (file !== undefined) {
  read()
  setInterval(read, 50).unref()
  Date.now = () => now() + offsetMs
}
