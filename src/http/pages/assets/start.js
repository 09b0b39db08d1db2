// Marks the page as one whose browser can run the components of govuk-frontend, then starts them.
import { initAll } from './govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
