// The switch posts a form; with scripts the page changes at once and stays where it is.
document.addEventListener('submit', (event) => {
  const form = event.target.closest('[data-theme-form]')
  if (!form || !event.submitter) return
  event.preventDefault()
  const chosen = event.submitter.value
  const root = document.documentElement
  if (chosen === 'system') delete root.dataset.theme
  else root.dataset.theme = chosen
  for (const button of form.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button === event.submitter))
  }
  const icon = (element) => element.querySelector('use')
  icon(form.parentElement.querySelector('summary')).setAttribute('href', icon(event.submitter).getAttribute('href'))
  fetch(form.action, { method: 'POST', body: new URLSearchParams({ theme: chosen }), redirect: 'manual' })
})
