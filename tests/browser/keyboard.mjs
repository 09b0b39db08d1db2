// Two stories by keyboard alone: a demand is answered, and somebody new applies for a licence, from the first page to the receipt.
import assert from 'node:assert/strict'
import { links, nextLink } from './service.mjs'

// Tab until the focus is on it, as somebody without a mouse does.
async function tabTo (page, target) {
  for (let steps = 0; steps < 150; steps += 1) {
    if (await target.evaluate((node) => node === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`the keyboard does not come to ${target}`)
}

const presser = (page) => async (target, key) => {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

async function askForLink (page, service, address) {
  const before = links(service, address).length
  await page.waitForURL('**/sign-in')
  await tabTo(page, page.getByLabel('Your e-mail address'))
  await page.keyboard.type(`${address}\n`)
  await page.waitForURL('**/check-your-mail')
  await page.goto(await nextLink(service, address, before))
}

export async function answerByKeyboard (page, service, address) {
  const press = presser(page)
  await page.goto('/')
  await press(page.getByRole('link', { name: 'Skip to main content' }), 'Enter')
  await press(page.getByRole('button', { name: 'Sign in' }), 'Enter')
  await askForLink(page, service, address)
  await press(page.getByRole('main').getByRole('button', { name: 'Sign in' }), 'Enter')
  await page.waitForURL('**/due')
  await press(page.locator('.due-list a').filter({ hasText: 'Alarm declaration' }).first(), 'Enter')
  await press(page.locator('summary').first(), 'Enter')
  await press(page.getByRole('link', { name: 'Tell us that this does not apply' }), 'Enter')
  await press(page.getByRole('button', { name: 'Send' }), 'Enter')
  await page.locator('.govuk-error-summary').waitFor()
  assert.ok(await page.locator('.govuk-error-summary').evaluate((node) => node === document.activeElement), 'the summary has the focus')
  await press(page.locator('.govuk-error-summary a'), 'Enter')
  assert.ok(await page.locator('#text').evaluate((node) => node === document.activeElement), 'the link leads into the field')
  await page.keyboard.type('The home is empty.')
  await press(page.getByRole('button', { name: 'Send' }), 'Enter')
  await page.getByText('We have received it').waitFor()
  await press(page.getByRole('link', { name: /^Back to/ }), 'Enter')
  await press(page.getByRole('button', { name: 'Make the declaration here' }), 'Enter')
  for (const name of ['storey-1', 'storey-2']) {
    await tabTo(page, page.locator(`#${name}-position`))
    await page.keyboard.type('Ceiling')
    await press(page.locator(`#${name}-working`), 'Space')
    for (const [part, value] of [['day', '1'], ['month', '2'], ['year', '2025']]) {
      await tabTo(page, page.locator(`#${name}-tested-${part}`))
      await page.keyboard.type(value)
    }
  }
  await tabTo(page, page.locator('#has-rooms'))
  await page.keyboard.press('ArrowDown')
  await tabTo(page, page.locator('#signed-by'))
  await page.keyboard.type('Bea Bridge')
  await press(page.locator('#agreed'), 'Space')
  await page.keyboard.press('Enter')
  await page.getByText('We have received it').waitFor()
}

// What has the focus: a choice not yet made, an empty field, a button, or something that is passed by.
const focused = (page) => page.evaluate(() => {
  const { activeElement: node } = document
  const isChosen = node.type === 'radio' && document.querySelector(`input[name="${node.name}"]:checked`) !== null
  const isOpen = node.closest('main form') !== null && !isChosen && node.value === ''
  const isChoice = node.closest('main form') !== null && node.type === 'radio' && !isChosen
  return { id: node.id, label: node.tagName === 'BUTTON' ? node.textContent.trim() : '', isChoice, isOpen, isNumber: node.inputMode === 'numeric' }
})

// Goes through a form from its top, answers what is not answered, and presses its button.
async function fillIn (page, button, { last = false, typed = {} } = {}) {
  for (let steps = 0; steps < 150; steps += 1) {
    await page.keyboard.press('Tab')
    const at = await focused(page)
    if (at.label === button) return page.keyboard.press('Enter')
    if (at.isChoice) {
      await page.keyboard.press('Space')
      if (last) await page.keyboard.press('ArrowUp')
    } else if (at.isOpen) {
      const part = at.id.match(/-(day|month|year)$/)?.[1]
      await page.keyboard.type(typed[at.id] ?? { day: '10', month: '1', year: '2025' }[part] ?? (at.isNumber ? '2' : 'As agreed'))
    }
  }
  assert.fail(`the keyboard does not come to ${button}`)
}

export async function applyByKeyboard (page, service) {
  const press = presser(page)
  await page.goto('/')
  await press(page.getByRole('link', { name: 'Apply for a licence' }), 'Enter')
  await press(page.getByRole('button', { name: 'Start now' }), 'Enter')
  await askForLink(page, service, 'keys@people.example')
  await fillIn(page, 'Continue', { typed: { name: 'Kay Board', address: '1 Elsewhere Road, Leeds, LS1 1AA' } })
  await page.waitForURL('**/applications')
  await press(page.getByRole('button', { name: 'Apply for a home' }), 'Enter')
  await tabTo(page, page.getByLabel('Postcode, street or UPRN'))
  await page.keyboard.type('ZZ18 1AA\n')
  await press(page.locator('#home'), 'Space')
  await press(page.getByRole('button', { name: 'Start the application' }), 'Enter')
  await press(page.getByRole('link', { name: 'Whether a licence is needed' }), 'Enter')
  await press(page.getByLabel('None of these'), 'Space')
  await press(page.getByRole('button', { name: 'Save and continue' }), 'Enter')
  for (const title of ['The home', 'Safety', 'How the home is managed', 'Fit and proper person']) {
    await press(page.getByRole('link', { name: title, exact: true }), 'Enter')
    await page.getByRole('heading', { name: title }).waitFor()
    await fillIn(page, 'Save and continue', { last: title.startsWith('Fit') })
    await page.getByRole('heading', { name: 'Your application' }).waitFor()
  }
  await press(page.getByRole('button', { name: 'Check your answers and send' }), 'Enter')
  await tabTo(page, page.getByLabel('Your full name'))
  await page.keyboard.type('Kay Board')
  await press(page.getByLabel('I make these declarations'), 'Space')
  await press(page.getByRole('button', { name: 'Send the application' }), 'Enter')
  await page.getByText('Application received').waitFor()
  await press(page.locator('summary').filter({ hasText: 'What you sent' }), 'Enter')
  await page.getByText('Signed by Kay Board').waitFor()
}
