/** Files in memory: for tests, which look at their bytes, tear them and copy them. Everything is durable at once. */
import { assert } from '../base/index.ts'
import { StorageError } from './errors.ts'
import type { Files } from './types.ts'

/** Files that live as long as the object. */
export function memoryFiles(): Files {
  const files = new Map<string, Uint8Array>()
  const bytesOf = (path: string): Uint8Array => {
    const bytes = files.get(path)
    if (bytes === undefined) throw Object.assign(new Error(`${path}: no such file`), { code: 'ENOENT' })
    return bytes
  }
  return {
    read: async (path, maxBytes) => {
      const bytes = files.get(path)
      if (bytes !== undefined && bytes.length > maxBytes)
        throw new StorageError('damaged', `${path}: more than ${maxBytes} bytes`)
      return bytes?.slice()
    },
    prepare: async () => {},
    replace: async (path, bytes) => void files.set(path, bytes.slice()),
    open: async (path) => {
      bytesOf(path)
      let isOpen = true
      const change = (next: (bytes: Uint8Array) => Uint8Array): void => {
        assert(isOpen, 'a file is changed while it is open')
        files.set(path, next(bytesOf(path)))
      }
      return {
        write: async (bytes, position) =>
          change((before) => {
            const after = resized(before, Math.max(before.length, position + bytes.length))
            after.set(bytes, position)
            return after
          }),
        truncate: async (length) => change((before) => resized(before, length)),
        sync: async () => {},
        close: async () => {
          isOpen = false
        },
      }
    },
  }
}

/** A copy of that length: cut, or with zeros at its end. */
function resized(bytes: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length)
  copy.set(bytes.subarray(0, length))
  return copy
}
