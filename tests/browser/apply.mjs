// Somebody new applies for a licence: the mail's link, who they are, the home, every part with its faults, the check, the receipt.
import assert from 'node:assert/strict'
import { links, nextLink } from './service.mjs'

// Answers every question of a group that is shown: the first choice, or the last where that is the harmless one.
async function answerAll (page, last) {
  for (let round = 0; round < 3; round += 1) {
    for (const set of await page.locator('.govuk-radios:visible').all()) {
      if (await set.locator('input:checked').count() > 0) continue
      const choices = set.locator('input')
      await (last ? choices.last() : choices.first()).check()
    }
    for (const field of await page.locator('main form input[type="text"]:visible, main form textarea:visible').all()) {
      if (await field.inputValue() !== '') continue
      const id = await field.getAttribute('id')
      const part = id.match(/-(day|month|year)$/)?.[1]
      const numeric = await field.getAttribute('inputmode') === 'numeric'
      await field.fill({ day: '10', month: '1', year: '2025' }[part] ?? (numeric ? '2' : 'As agreed with the tenants'))
    }
  }
}

async function introduce (page, how, look, service, address) {
  await page.goto('/apply')
  await look(page, 'apply', how)
  await page.getByRole('button', { name: 'Start now' }).click()
  await page.waitForURL('**/sign-in')
  const before = links(service, address).length
  await page.getByLabel('Your e-mail address').fill(address)
  await page.getByRole('button', { name: 'Send me a link' }).click()
  await page.waitForURL('**/check-your-mail')
  await page.goto(await nextLink(service, address, before))
  await look(page, 'introduce', how)
  await page.getByRole('button', { name: 'Continue' }).click()
  await look(page, 'introduce-faulty', how)
  await page.getByLabel('A landlord, or somebody').check()
  await page.getByLabel('Person', { exact: true }).check()
  await page.getByLabel('Full name').fill('Ada Okafor')
  await page.getByLabel('Address, with the postcode').fill('1 Elsewhere Road\nLeeds\nLS1 1AA')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL('**/applications')
  await look(page, 'applications-none', how)
}

async function begin (page, how, look) {
  await page.getByRole('button', { name: 'Apply for a home' }).click()
  await look(page, 'application-new', how)
  await page.getByLabel('Postcode, street or UPRN').fill('ZZ18 1AA')
  await page.getByRole('button', { name: 'Find the home' }).click()
  await page.getByRole('button', { name: 'Start the application' }).click()
  await look(page, 'application-new-faulty', how)
  await page.locator('#home').check()
  await page.getByRole('button', { name: 'Start the application' }).click()
  await page.getByRole('heading', { name: 'Your application' }).waitFor()
}

async function addLender (page, how, look) {
  await page.getByRole('link', { name: 'People', exact: true }).click()
  await look(page, 'application-people', how)
  await page.getByRole('button', { name: 'Add somebody' }).click()
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await look(page, 'application-person-faulty', how)
  await page.getByLabel('Company or other body').check()
  await page.getByLabel('Name', { exact: true }).fill('Invented Building Society')
  await page.getByLabel('Address, with the postcode').fill('9 Bank Street, York, YO1 1AA')
  await page.getByLabel('Mortgage lender').check()
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await page.getByRole('heading', { name: 'Invented Building Society' }).waitFor()
  await page.getByRole('button', { name: 'Continue' }).click()
}

const PLAN = {
  name: 'plan.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
}

// Sends a plan after a first try without a file, sees it in its place, and takes it out and in again.
async function sendPapers (page, how, look) {
  await page.getByRole('link', { name: 'Papers', exact: true }).click()
  await look(page, 'application-papers', how)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.locator('.govuk-error-summary').getByText('Choose what you are sending').waitFor()
  await look(page, 'application-papers-faulty', how)
  for (const round of ['first', 'again']) {
    await page.getByLabel('Floor plan').check()
    await page.getByLabel('Choose one or more files').setInputFiles(PLAN)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('plan.png').first().waitFor()
    if (round === 'first') await page.getByRole('button', { name: 'Take out' }).click()
    if (round === 'first') await page.getByText('plan.png').waitFor({ state: 'detached' })
  }
  await look(page, 'application-papers-sent', how)
  await page.getByRole('button', { name: 'Continue' }).click()
}

export async function apply (page, how, look, service) {
  const address = `new-${how.width}-${how.scripts}@people.example`
  await introduce(page, how, look, service, address)
  await begin(page, how, look)
  await look(page, 'application', how)
  await page.getByRole('link', { name: 'Whether a licence is needed' }).click()
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await look(page, 'application-exemptions-faulty', how)
  await page.getByLabel('None of these').check()
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await addLender(page, how, look)
  for (const title of ['The home', 'Safety', 'How the home is managed', 'Fit and proper person']) {
    await page.getByRole('link', { name: title, exact: true }).click()
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await look(page, `application-${title.toLowerCase().replaceAll(' ', '-')}-faulty`, how)
    await answerAll(page, title.startsWith('Fit'))
    await look(page, `application-${title.toLowerCase().replaceAll(' ', '-')}`, how)
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.getByRole('heading', { name: 'Your application' }).waitFor()
  }
  await sendPapers(page, how, look)
  await look(page, 'application-done', how)
  await page.getByRole('button', { name: 'Check your answers and send' }).click()
  await page.getByRole('button', { name: 'Send the application' }).click()
  await look(page, 'application-check-faulty', how)
  await page.getByLabel('Your full name').fill('Ada Okafor')
  await page.getByLabel('I make these declarations').check()
  await page.getByLabel('I agree to get').check()
  await page.getByRole('button', { name: 'Send the application' }).click()
  await page.getByText('Application received').waitFor()
  await page.getByText('What you sent').click()
  await page.getByText('Signed by Ada Okafor').waitFor()
  await look(page, 'application-sent', how)
  await page.goto(`${page.url()}/defects`)
  await page.getByText('Nothing is asked for').waitFor()
  await look(page, 'application-defects-none', how)
  await page.goto('/applications')
  await look(page, 'applications', how)
  await page.getByRole('button', { name: 'Apply for a home' }).click()
  await page.getByLabel('Postcode, street or UPRN').fill('ZZ18 1AA')
  await page.getByRole('button', { name: 'Find the home' }).click()
  await page.getByLabel('Copy from another application').selectOption({ index: 1 })
  await page.locator('#home-2').check()
  await page.getByRole('button', { name: 'Start the application' }).click()
  assert.equal(await page.locator('.due-list__entry', { hasText: 'Fit and proper person' }).getByText('Done').count(), 1)
  await page.getByRole('link', { name: 'Give this application up' }).click()
  await page.getByRole('button', { name: 'Give it up' }).click()
  await look(page, 'application-withdrawal-faulty', how)
}
