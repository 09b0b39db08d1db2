// Marks the page as one whose browser can run the components of govuk-frontend, then starts them.
import { initAll } from './govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

// Files are sent with a bar that shows how far they are; without scripts the form does the same without one.
function watchUpload (form) {
  form.addEventListener('submit', event => {
    event.preventDefault()
    const request = new XMLHttpRequest()
    const shown = form.querySelector('[data-upload-progress]')
    const [bar, words] = [shown.querySelector('progress'), shown.querySelector('span')]
    const button = form.querySelector('button')
    const say = text => { words.textContent = text }
    const isTooMuch = megabytes(form) > Number(form.dataset.most)
    shown.hidden = false
    for (const part of [bar, shown.querySelector('label')]) part.hidden = isTooMuch
    // The service would hang up before the browser has sent it all, and could not say why.
    if (isTooMuch) return say(`These files are larger than ${form.dataset.most} MB together. Choose fewer, and send the others after them.`)
    button.disabled = true
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      bar.value = Math.floor(loaded / total * 100)
      if (bar.value % 25 === 0) say(`${bar.value} %`)
    })
    request.addEventListener('load', () => {
      if (request.responseURL === form.action) showAgain(request.responseText)
      else window.location.assign(request.responseURL)
    })
    request.addEventListener('error', () => {
      button.disabled = false
      say('The connection was lost, and nothing was taken. Send it again.')
    })
    request.open('POST', form.action)
    request.send(new FormData(form))
  })
}

function megabytes (form) {
  const files = [...form.querySelectorAll('input[type="file"]')].flatMap(input => [...input.files])
  return files.reduce((sum, file) => sum + file.size, 0) / 1048576
}

function showAgain (html) {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const main = page.querySelector('main')
  document.title = page.title
  document.querySelector('main').replaceWith(main)
  // What had the focus is gone: whoever listens is led to what came of it.
  main.tabIndex = -1
  main.focus()
  initAll()
  start()
}

// A question that hangs on another is shown while the other has the answer for it; without scripts it says when it is asked.
function watchAnswers (form) {
  const dependent = form.querySelectorAll('.only-if')
  const show = () => dependent.forEach(part => {
    const chosen = form.querySelector(`[name="${part.dataset.field}"]:checked`)
    part.hidden = chosen?.value !== part.dataset.answer || chosen.closest('[hidden]') !== null
  })
  if (dependent.length === 0) return
  form.addEventListener('change', show)
  show()
}

function start () {
  const form = document.querySelector('form[data-upload]')
  if (form) watchUpload(form)
  document.querySelectorAll('form').forEach(watchAnswers)
}

start()
