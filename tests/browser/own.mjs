// What a landlord does of their own accord: an inspection, the neighbours, a change, consent.

const day = async (page) => {
  for (const [part, value] of [['day', '10'], ['month', '2'], ['year', '2025']]) await page.locator(`#on-${part}`).fill(value)
}

async function fromTheLicence (page, link) {
  await page.goto('/licences')
  await page.locator('.due-list a').first().click()
  await page.getByRole('link', { name: link }).click()
}

// What was proposed to them: the notice, a comment without words, and one with.
async function comment (page, how, look) {
  await page.goto('/due')
  await page.getByText('You may comment until').waitFor()
  await page.goto('/notices')
  await look(page, 'notices', how)
  await page.locator('.due-list a').first().click()
  await look(page, 'notice', how)
  await page.getByRole('button', { name: 'Comment on the proposal' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await look(page, 'notice-comment-faulty', how)
  await page.getByLabel('What do you think of it').fill('The loft is a store room.')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('We have received it').first().waitFor()
}

export async function own (page, how, look) {
  await comment(page, how, look)
  await page.goto('/licences')
  await look(page, 'licences', how)
  await page.locator('.due-list a').first().click()
  await look(page, 'licence', how)
  await page.getByRole('link', { name: 'Record an inspection' }).click()
  await page.getByRole('button', { name: 'Record the inspection' }).click()
  await look(page, 'own-inspection-faulty', how)
  await day(page)
  await page.getByLabel('At what time?').fill('14:30')
  await page.getByLabel('Who inspected?').fill('Jane Larchmere')
  await page.getByLabel('What was found?').fill('Gutter blocked at the back.')
  await page.getByLabel('What was done about it?').fill('Cleared on the same day.')
  await page.getByRole('button', { name: 'Record the inspection' }).click()
  await page.getByText('We have received it').waitFor()
  await look(page, 'record', how)
  await fromTheLicence(page, 'Say that the neighbours')
  await page.getByRole('button', { name: 'Record it' }).click()
  await look(page, 'own-neighbours-faulty', how)
  await page.getByLabel('Which addresses').fill('1 and 5 Copperkettle Street')
  await day(page)
  await page.getByLabel('What did the notice say?').fill('Call Jane Larchmere, 01632 960999')
  await page.getByLabel('Who told them?').fill('Jane Larchmere')
  await page.getByRole('button', { name: 'Record it' }).click()
  await page.getByText('We have received it').waitFor()
  await fromTheLicence(page, 'Report a change')
  await page.getByRole('button', { name: 'Report the change' }).click()
  await look(page, 'own-change-faulty', how)
  await page.getByLabel('How many people').check()
  await page.getByLabel('Say what it is now').fill('Three people since 1 February.')
  await page.getByRole('button', { name: 'Report the change' }).click()
  await page.getByText('We have your report').waitFor()
  await look(page, 'own-change-received', how)
  await page.goto('/details')
  await page.getByRole('button', { name: 'Agree' }).click()
  await look(page, 'details-faulty', how)
  await page.getByLabel('Demands for evidence and reminders only').check()
  await page.getByRole('button', { name: 'Agree' }).click()
  await page.getByText('You have agreed').waitFor()
  await look(page, 'details', how)
  await page.getByRole('link', { name: 'Withdraw' }).first().click()
  await look(page, 'consent-withdrawal', how)
}
