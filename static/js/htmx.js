// The only script that knows the names of htmx's events; the others hear `fragment` on what was put in.
(() => {
  const on = (name, listener) => document.addEventListener(`htmx:${name}`, listener)

  on('beforeRequest', ({ detail }) => {
    detail.elt.setAttribute('aria-busy', 'true')
    detail.requestConfig?.triggeringEvent?.submitter?.setAttribute('aria-busy', 'true')
  })
  on('afterRequest', ({ detail }) => {
    detail.elt.removeAttribute('aria-busy')
    detail.requestConfig?.triggeringEvent?.submitter?.removeAttribute('aria-busy')
  })

  for (const name of ['sendError', 'timeout']) on(name, () => toasts.offline())

  // A deleted row hands the focus to the next one; what is put in as a dialog opens.
  let heir = null
  on('beforeSwap', ({ detail }) => {
    const row = detail.target?.closest?.('tr, li')
    const loses = row && row.contains(document.activeElement)
    heir = loses ? (row.nextElementSibling || row.previousElementSibling) : null
  })
  on('afterSettle', ({ target, detail }) => {
    target.dispatchEvent(new CustomEvent('fragment', { bubbles: true }))
    const lost = document.activeElement === document.body || document.activeElement === null
    if (lost) {
      // Who was pressed and stands there again; else the neighbour of what left, or what the fragment names.
      const pressed = document.getElementById(detail.requestConfig?.triggeringEvent?.submitter?.id || null)
      const next = heir?.isConnected ? heir.querySelector('a, button') : target.querySelector('[data-heir]')
      const found = target.contains(pressed) ? pressed : next
      found?.focus()
    }
    heir = null
    const place = detail.target ?? target
    if (place.id === 'dialog') {
      const dialog = place.querySelector('dialog')
      if (dialog) dialogs.show(dialog)
    }
  })

  // A form in a dialog that was accepted closes it: the server says so with `HX-Trigger: close-dialog`.
  document.addEventListener('close-dialog', () => dialogs.close())
})()
