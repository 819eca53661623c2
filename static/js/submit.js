// A form that is on its way is not sent again. The server's one-use keys are the real guard.
(() => {
  const sent = new WeakSet()

  document.addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('hx-post')) return
    if (sent.has(form)) {
      event.preventDefault()
      return
    }
    sent.add(form)
    event.submitter?.setAttribute('aria-busy', 'true')
  })

  // Back and forward bring the page as it was left.
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return
    document.querySelectorAll('form').forEach((form) => sent.delete(form))
    document.querySelectorAll('form [aria-busy="true"]').forEach((button) => button.removeAttribute('aria-busy'))
  })
})()
