/**
 * Stands in for `@rjsf/validator-ajv8`, which rjsf's test kit imports. It compiles validators with
 * `eval`, so it must never be in the bundle; the server validates.
 */
export default {};
