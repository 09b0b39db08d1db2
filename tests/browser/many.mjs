// Many files at once: what was taken, what was sent before and what nobody could place; and more than can be sent.
import assert from 'node:assert/strict'

// The same picture with a remark in it, so that it is another file: a chunk before the last.
function another (png, remark) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(remark.length)
  return Buffer.concat([png.subarray(0, -12), length, Buffer.from(`tEXt${remark}`), Buffer.alloc(4), png.subarray(-12)])
}

export async function many (page, how, look, photo) {
  await page.goto('/due')
  await page.getByRole('link', { name: 'Send many files at once' }).click()
  await look(page, 'many', how)
  for (const summary of await page.locator('summary').all()) await summary.click()
  await look(page, 'many-open', how)
  const name = await page.locator('main li strong').first().textContent()
  const files = [
    { ...photo, name: name.replace('.pdf', '.png'), buffer: another(photo.buffer, `${how.width}${how.scripts}`) },
    { ...photo, name: 'scan 0001.png' }
  ]
  await page.getByRole('button', { name: 'Send' }).click()
  await look(page, 'many-faulty', how)
  await page.locator('.govuk-error-summary a').first().click()
  if (how.scripts) {
    await page.getByLabel('Choose the files').setInputFiles([1, 2, 3].map((number) => ({ ...photo, name: `${number}.png`, buffer: Buffer.alloc(15 << 20) })))
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('These files are larger than 40 MB together.').waitFor()
  }
  for (const told of ['1 taken, 0 sent before, 1 not taken', '0 taken, 1 sent before, 1 not taken']) {
    await page.goto('/due/files')
    await page.getByLabel('Choose the files').setInputFiles(files)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText(told).waitFor()
    await look(page, told.startsWith('1') ? 'many-sent' : 'many-sent-again', how)
    if (how.scripts) assert.ok(await page.locator('main').evaluate((node) => node === document.activeElement), 'the result has the focus')
  }
}
