// Native dialogs: they keep the focus inside and give it back; the rest is opening and the backdrop.
const dialogs = (() => {
  const first = 'input:not([type=hidden], :disabled), select:not(:disabled), textarea:not(:disabled)'

  function show(dialog) {
    if (dialog.open) return
    const opener = document.activeElement
    dialog.showModal()
    const target = dialog.querySelector('[autofocus]') || dialog.querySelector(`.modal-body :is(${first})`)
    if (target) target.focus()
    dialog.addEventListener('close', () => {
      if (dialog.parentElement?.id === 'dialog') dialog.remove()
      if (opener?.isConnected) opener.focus()
    }, { once: true })
  }

  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-opens]')
    if (opener) show(document.getElementById(opener.dataset.opens))
    const closer = event.target.closest('[data-closes]')
    if (closer && closer.closest('dialog')) {
      event.preventDefault()
      closer.closest('dialog').close()
    }
  })

  // A click that began inside and ends on the backdrop is a selection of text, not a wish to close.
  let pressed = null
  document.addEventListener('pointerdown', (event) => { pressed = event.target })
  document.addEventListener('click', (event) => {
    const dialog = event.target
    if (dialog.localName === 'dialog' && dialog.open && pressed === dialog) dialog.close()
  })

  return {
    show,
    close: () => document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close()),
  }
})()
