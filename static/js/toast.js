// Good news leaves by itself, unless somebody reads it; errors stay until they are put away.
const toasts = (() => {
  const seconds = 6

  function mind(toast) {
    if (toast.dataset.toast === 'danger' || toast.dataset.toast === 'warning') return
    let timer
    const wait = () => { timer = setTimeout(() => toast.remove(), seconds * 1000) }
    const stay = () => clearTimeout(timer)
    toast.addEventListener('pointerenter', stay)
    toast.addEventListener('focusin', stay)
    toast.addEventListener('pointerleave', wait)
    toast.addEventListener('focusout', wait)
    wait()
  }

  // What lies behind an open dialog can be neither seen nor reached, so an error comes into the dialog.
  function place(toast) {
    const alerts = document.querySelector('dialog[open] .modal-alerts')
    if (alerts && toast.dataset.toast === 'danger') alerts.replaceChildren(toast)
    else mind(toast)
  }

  const watcher = new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.('[data-toast]')) place(node)
    }
  })
  for (const id of ['toasts', 'alerts']) {
    const region = document.getElementById(id)
    if (region) watcher.observe(region, { childList: true })
  }

  document.addEventListener('click', (event) => {
    event.target.closest('[data-dismiss]')?.closest('[data-toast]').remove()
  })

  return {
    offline() {
      const alerts = document.getElementById('alerts')
      const template = document.getElementById('offline')
      if (alerts && template && !alerts.firstElementChild) alerts.append(template.content.cloneNode(true))
    },
  }
})()
