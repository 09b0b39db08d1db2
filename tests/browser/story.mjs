// The whole story in a real browser: sign-in form, the mail's link, the due list, one demand, an answer, an alarm declaration, the
// receipts; records of their own; and an application for a licence. With and without scripts, on a phone and on a desktop, by mouse and by keyboard alone; axe looks at every page.
//
//     node tests/browser/story.mjs target/debug/licensing [folder for screenshots]
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { apply } from './apply.mjs'
import { answerByKeyboard, applyByKeyboard } from './keyboard.mjs'
import { many } from './many.mjs'
import { own } from './own.mjs'
import { links, nextLink, start } from './service.mjs'

const [binary = 'target/debug/licensing', screenshots = 'target/screenshots'] = process.argv.slice(2)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LANDLORD = 'office@larchmere.example'
const AGENT = 'homes1@agents.example'
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
]
let looked = 0

// One browser of its own, with a fresh profile.
async function browse (width, scripts, story) {
  const profile = mkdtempSync(join(tmpdir(), 'licensing-profile-'))
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
    baseURL: service.base,
    javaScriptEnabled: scripts,
    viewport: { width, height: 900 },
    locale: 'en-GB'
  })
  try {
    const page = browser.pages()[0] ?? (await browser.newPage())
    page.on('pageerror', (error) => assert.fail(`a script failed on ${page.url()}: ${error}`))
    page.on('console', (message) => {
      const refused = message.type() === 'error' && !message.text().includes('the server responded with a status of 4')
      if (refused) assert.fail(`${page.url()}: ${message.text()}`)
    })
    await story(page)
  } finally {
    await browser.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

// What must hold of every page: axe finds nothing, nothing runs off the side, each fault leads to its field.
async function look (page, name, { scripts, width }) {
  looked += 1
  if (scripts) {
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() => globalThis.axe.run())
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)
    assert.deepEqual(told, [], `axe on ${name}`)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(wide, 0, `${name} runs off the side at ${width} px`)
  }
  for (const link of await page.locator('.govuk-error-summary a').all()) {
    const field = (await link.getAttribute('href')).slice(1)
    const target = page.locator(`[id="${field}"]`)
    assert.equal(await target.count(), 1, `${name}: the summary leads to ${field}`)
    assert.match(await target.evaluate((node) => node.tagName).catch(() => 'INPUT'), /^(INPUT|TEXTAREA|SELECT|BUTTON)$/, field)
  }
  await page.screenshot({ path: join(screenshots, `${name}-${width}${scripts ? '' : '-plain'}.png`), fullPage: true })
}

async function signIn (page, address, how) {
  const before = links(service, address).length
  await page.goto('/')
  await look(page, 'start', how)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Send me a link' }).click()
  await look(page, 'sign-in-faulty', how)
  await page.getByLabel('Your e-mail address').fill(address)
  await page.getByRole('button', { name: 'Send me a link' }).click()
  await page.waitForURL('**/check-your-mail')
  await look(page, 'check-your-mail', how)
  await page.goto(await nextLink(service, address, before))
  await look(page, 'link', how)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/due')
  await look(page, 'due', how)
}

async function answerInWords (page, how) {
  await page.goto('/due')
  await page.getByLabel('What', { exact: true }).selectOption('Electrical installation')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.locator('.due-list a').first().click()
  await page.getByText('Explain this date').click()
  await page.getByText('When is the last day?').waitFor()
  await look(page, 'item', how)
  await page.getByRole('link', { name: /^Demand / }).click()
  await look(page, 'demand', how)
  await page.locator('.due-list a').first().click()
  await page.getByRole('link', { name: 'Tell us that this does not apply' }).click()
  await look(page, 'not-applicable', how)
  await page.getByRole('button', { name: 'Send' }).click()
  await look(page, 'not-applicable-faulty', how)
  await page.locator('.govuk-error-summary a').first().click()
  await page.getByLabel('Why does it not apply?').fill('The installation was renewed in 2024, with a certificate that you have.')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('We have received it').waitFor()
  await look(page, 'receipt', how)
}

async function declareAlarms (page, how) {
  await page.goto('/due')
  await page.getByLabel('What', { exact: true }).selectOption('Alarm declaration')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.locator('.due-list a').first().click()
  await page.getByRole('button', { name: 'Make the declaration here' }).click()
  await look(page, 'alarms', how)
  await page.getByRole('button', { name: 'Send the declaration' }).last().click()
  await look(page, 'alarms-faulty', how)
  await page.getByRole('button', { name: 'Add a room with such an appliance' }).click()
  for (const [name, position] of [['storey-1', 'Hall ceiling'], ['storey-2', 'Landing'], ['room-1', 'Beside the boiler']]) {
    await page.locator(`#${name}-position`).fill(position)
    await page.locator(`#${name}-working`).check()
    await page.locator(`#${name}-tested-day`).fill('10')
    await page.locator(`#${name}-tested-month`).fill('2')
    await page.locator(`#${name}-tested-year`).fill('2025')
  }
  await page.locator('#room-1-place').fill('Kitchen')
  await page.getByLabel('Your full name').fill('Jane Larchmere')
  await page.getByLabel('I declare that').check()
  await look(page, 'alarms-filled', how)
  await page.getByRole('button', { name: 'Send the declaration' }).last().click()
  await page.getByText('We have received it').waitFor()
  await page.getByText('Kitchen: Beside the boiler, working, tested on Monday 10 February 2025').waitFor()
  await look(page, 'receipt-alarms', how)
}

const WORD = { name: 'gas.docx', mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', buffer: Buffer.from('PK\x03\x04 word/document.xml') }
const PHOTO = {
  name: 'gas record.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
}

async function sendFiles (page, how) {
  await page.goto('/due')
  await page.getByLabel('What', { exact: true }).selectOption('Gas safety record')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.locator('.due-list a[href^="/demands/"]').first().click()
  await page.getByRole('button', { name: 'Send files' }).click()
  await look(page, 'files', how)
  await page.getByLabel('Choose one or more files').setInputFiles(WORD)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.locator('.govuk-error-summary').getByText('gas.docx').waitFor()
  await look(page, 'files-faulty', how)
  await page.locator('.govuk-error-summary a').first().click()
  await page.getByLabel('Choose one or more files').setInputFiles(PHOTO)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('We have received it').waitFor()
  await page.getByText('gas record.png (PNG picture').waitFor()
  await page.getByText(/SHA-256 [0-9a-f]{64}/).waitFor()
  await look(page, 'receipt-files', how)
}

async function others (page, how) {
  await page.goto('/due')
  await page.getByLabel('What', { exact: true }).selectOption('End of the licence')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.locator('.due-list a').first().click()
  await page.getByText('Explain this date').click()
  await look(page, 'duty', how)
  await page.goto('/homes')
  await page.getByRole('button', { name: 'Look up' }).click()
  await look(page, 'homes-faulty', how)
  await page.getByLabel('Postcode, street or UPRN').fill('zz181aa')
  await page.getByRole('button', { name: 'Look up' }).click()
  await page.getByText('These homes are in a licence area.').waitFor()
  await look(page, 'homes', how)
  await page.goto('/demands/nothing')
  await look(page, 'not-found', how)
  await page.goto('/sign-out')
  await look(page, 'sign-out', how)
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await page.goto('/due')
  assert.match(page.url(), /\/sign-in$/)
}

mkdirSync(screenshots, { recursive: true })
const service = await start(binary)
try {
  for (const [width, scripts] of [[1280, true], [320, true], [1280, false], [320, false]]) {
    const how = { width, scripts }
    await browse(width, scripts, async (page) => {
      await signIn(page, LANDLORD, how)
      await answerInWords(page, how)
      await declareAlarms(page, how)
      await sendFiles(page, how)
      await many(page, how, look, PHOTO)
      await own(page, how, look)
      await others(page, how)
      await apply(page, how, look, service)
    })
  }
  await browse(1280, true, (page) => answerByKeyboard(page, service, AGENT))
  await browse(1280, true, (page) => applyByKeyboard(page, service))
  console.log(`${looked} pages were looked at, with and without scripts, at 1280 and 320 px, and two stories by keyboard alone`)
} finally {
  service.stop()
}
