// Copy buttons are hidden until scripts run. The clipboard needs https or localhost; elsewhere the text is selected.
(() => {
  const reveal = (root) => root.querySelectorAll('[data-copy][hidden]').forEach((button) => { button.hidden = false })
  reveal(document)
  document.addEventListener('fragment', (event) => reveal(event.target))

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]')
    if (!button) return
    const source = document.getElementById(button.dataset.copy)
    const label = button.querySelector('span')
    try {
      await navigator.clipboard.writeText(source.textContent)
      label.textContent = 'Copied'
    } catch {
      getSelection().selectAllChildren(source)
      label.textContent = 'Selected'
    }
    setTimeout(() => { label.textContent = 'Copy' }, 2000)
  })
})()
