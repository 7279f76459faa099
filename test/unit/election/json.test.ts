import { strict as assert } from 'node:assert'
import { ORDER } from '../../../crypto/index.ts'
import {
  arrayShape,
  booleanShape,
  decodeJson,
  integerShape,
  isWellFormed,
  jsonString,
  literalShape,
  objectShape,
  optional,
  proofShape,
  scalarShape,
  taggedShape,
  textShape,
} from '../../../election/json.ts'

const PERSON = objectShape({
  name: textShape(10),
  age: integerShape(0, 150),
  admin: optional(booleanShape),
})
const accepts = (text: string): boolean => decodeJson(PERSON, text, 1000).ok

describe('canonical JSON', () => {
  it('reads what it writes', () => {
    for (const person of [
      { name: 'Ada', age: 36 },
      { name: '', age: 0, admin: false },
    ]) {
      const read = decodeJson(PERSON, PERSON.write(person), 1000)
      assert.ok(read.ok)
      assert.deepEqual({ ...read.value }, person)
    }
    assert.equal(PERSON.write({ name: 'Ada', age: 36, admin: true }), '{"name":"Ada","age":36,"admin":true}')
  })

  it('T05 takes one text a value', () => {
    assert.ok(accepts('{"name":"Ada","age":36}'))
    const others = {
      'a space': '{"name": "Ada","age":36}',
      'a line after it': '{"name":"Ada","age":36}\n',
      'trailing bytes': '{"name":"Ada","age":36}{}',
      'a byte order mark': '\ufeff{"name":"Ada","age":36}',
      'another order': '{"age":36,"name":"Ada"}',
      'a doubled field': '{"name":"Ada","age":35,"age":36}',
      'an unknown field': '{"name":"Ada","age":36,"x":1}',
      'a field of the prototype': '{"name":"Ada","age":36,"__proto__":{}}',
      'a missing field': '{"name":"Ada"}',
      'null for an absent field': '{"name":"Ada","age":36,"admin":null}',
      'an escape that need not be': '{"name":"\\u0041da","age":36}',
      'a decimal point': '{"name":"Ada","age":36.0}',
      'an exponent': '{"name":"Ada","age":360e-1}',
      'a negative zero': '{"name":"Ada","age":-0}',
      'a number too large': '{"name":"Ada","age":151}',
      'a fraction': '{"name":"Ada","age":1.5}',
      'a string for a number': '{"name":"Ada","age":"36"}',
      'an array': '[{"name":"Ada","age":36}]',
      'a lone surrogate': '{"name":"\\ud800","age":36}',
      'no JSON': '{"name":"Ada","age":36',
      nothing: '',
    }
    for (const [what, text] of Object.entries(others)) assert.ok(!accepts(text), what)
  })

  it('escapes strings as the official tool does', () => {
    assert.equal(
      jsonString('a/\0\b\t\n\v\f\r\x1b"\\\x7f\x80é\u2028😀'),
      '"a/\\u0000\\b\\t\\n\\u000b\\f\\r\\u001b\\"\\\\\\u007f\x80é\u2028😀"',
    )
  })

  it('knows a lone surrogate from a pair', () => {
    assert.ok(isWellFormed('😀'))
    for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) assert.ok(!isWellFormed(text))
  })

  it('T05 takes scalars in decimal, reduced, without leading zeros or signs', () => {
    const read = (text: string): boolean => decodeJson(scalarShape, text, 100).ok
    for (const good of ['"0"', '"1"', `"${ORDER - 1n}"`]) assert.ok(read(good))
    for (const bad of ['""', '"00"', '"01"', '"-1"', '"+1"', '"0x1"', '"1.0"', '" 1"', '1', `"${ORDER}"`])
      assert.ok(!read(bad), bad)
    assert.ok(!read(`"${ORDER + 1n}"`))
    assert.ok(!decodeJson(proofShape, `{"challenge":"1","response":"${ORDER}"}`, 1000).ok)
  })

  it('holds limits: at the limit and one past it', () => {
    const text = textShape(3)
    assert.ok(decodeJson(text, '"abc"', 5).ok)
    assert.ok(!decodeJson(text, '"abcd"', 6).ok)
    assert.ok(!decodeJson(text, '"abc"', 4).ok)
    const list = arrayShape(integerShape(0, 9), 2, 1)
    assert.ok(decodeJson(list, '[1,2]', 100).ok)
    assert.ok(!decodeJson(list, '[1,2,3]', 100).ok)
    assert.ok(!decodeJson(list, '[]', 100).ok)
  })

  it('names the place of what is wrong', () => {
    const nested = objectShape({ people: arrayShape(PERSON, 9) })
    const read = decodeJson(nested, '{"people":[{"name":"Ada","age":36},{"name":"Bob","age":-1}]}', 1000)
    assert.ok(!read.ok)
    assert.match(read.error.detail, /people\[1\]\.age/)
  })

  it('reads tagged pairs by their tag and refuses other tags', () => {
    const shape = taggedShape({ Number: integerShape(0, 9), Text: textShape(9) })
    const read = decodeJson(shape, '["Text","abc"]', 100)
    assert.ok(read.ok)
    assert.deepEqual(read.value, ['Text', 'abc'])
    assert.equal(shape.write(['Number', 3]), '["Number",3]')
    for (const bad of ['["Other",1]', '["Text",1]', '["Text"]', '["Text","a",1]', '["toString","a"]', '{}'])
      assert.ok(!decodeJson(shape, bad, 100).ok, bad)
  })

  it('survives deep nesting', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    assert.ok(!decodeJson(PERSON, deep, 1_000_000).ok)
    assert.ok(!decodeJson(literalShape(1), deep, 1_000_000).ok)
  })
})
