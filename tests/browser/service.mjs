// The demonstration, started for these tests, with the folder into which its mails go.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

// Starts `licensing demo`; answers once it serves.
export async function start (binary) {
  const folder = mkdtempSync(join(tmpdir(), 'licensing-browser-'))
  const base = `http://127.0.0.1:${await freePort()}`
  const process = spawn(binary, ['demo', '--folder', folder, '--listen', base.slice('http://'.length)])
  let told = ''
  process.stderr.on('data', (text) => { told += text })
  await new Promise((resolve, reject) => {
    process.stdout.on('data', (text) => {
      told += text
      if (told.includes('\nServing on ')) resolve()
    })
    process.on('exit', (code) => reject(new Error(`the demonstration ended with ${code}:\n${told}`)))
  })
  const stop = () => {
    process.removeAllListeners('exit')
    process.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  return { base, mail: join(folder, 'mail'), stop }
}

// The links mailed to an address, oldest first, as they stand in the folder.
export function links (service, address) {
  const files = readdirSync(service.mail).filter((name) => name.endsWith('.eml'))
  const mails = files.map((name) => {
    const path = join(service.mail, name)
    return { at: statSync(path).mtimeMs, text: readFileSync(path, 'utf8').replaceAll('=\r\n', '') }
  })
  const meant = mails.filter(({ text }) => text.includes(address) && text.includes('/sign-in/'))
  meant.sort((one, other) => one.at - other.at)
  return meant.map(({ text }) => text.match(/\/sign-in\/[0-9a-f]{64}/)[0])
}

// Waits for one more link to that address than there were.
export async function nextLink (service, address, before) {
  const until = Date.now() + 20_000
  while (Date.now() < until) {
    const found = links(service, address)
    if (found.length > before) return found.at(-1)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no mail came for ${address}`)
}
