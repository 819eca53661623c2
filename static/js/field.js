// A field's control follows its message, and a refused form shows what is wrong with it.
(() => {
  function follow(message) {
    const control = document.getElementById(message.dataset.fieldError)
    if (!control) return
    const wrong = message.textContent.trim() !== ''
    if (wrong) control.setAttribute('aria-invalid', 'true')
    else control.removeAttribute('aria-invalid')
    control.closest('.field')?.classList.toggle('field-invalid', wrong)
  }

  document.addEventListener('fragment', (event) => {
    const root = event.target
    if (root.matches('[data-field-error]')) follow(root)
    const summary = root.matches('[data-form-errors]') ? root : root.querySelector('[data-form-errors]')
    if (summary) summary.focus()
  })
  document.querySelector('[data-form-errors]')?.focus()
})()
