// Prints the examples of govuk-frontend that our macros are compared with: name, markup.
import { readFileSync } from 'node:fs'

const wanted = {
  'back-link': ['default'],
  button: ['default', 'prevent double click', 'secondary'],
  checkboxes: ['default', "with single option set 'aria-describedby' on input, and describedBy"],
  'date-input': ['default', 'with errors and hint'],
  details: ['default', 'expanded'],
  'error-summary': ['default'],
  'file-upload': ['default', 'allows multiple files', 'attributes', 'with error message and hint'],
  'generic-header': ['default'],
  input: ['default', 'with hint text', 'with error message', 'with error and hint', 'value'],
  'inset-text': ['default'],
  'notification-banner': ['default', 'with type as success'],
  pagination: ['with prev and next only'],
  panel: ['default'],
  radios: ['default', 'inline', 'with fieldset and error message'],
  select: ['with selected value'],
  'skip-link': ['default'],
  'summary-list': ['default'],
  tag: ['default', 'red'],
  textarea: ['default', 'with hint', 'with error message', 'with default value'],
  'warning-text': ['default']
}
const chosen = {}
for (const [component, names] of Object.entries(wanted)) {
  const { fixtures } = JSON.parse(readFileSync(`${process.argv[2]}/${component}/fixtures.json`, 'utf8'))
  for (const name of names) {
    const fixture = fixtures.find((one) => one.name === name)
    if (!fixture) throw new Error(`${component} has no example "${name}"`)
    chosen[`${component}: ${name}`] = { options: fixture.options, html: fixture.html }
  }
}
process.stdout.write(`${JSON.stringify(chosen, null, 1)}\n`)
