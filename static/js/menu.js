// Menus are <details>: they open without scripts; here they also close when somebody is done with them.
(() => {
  const open = () => document.querySelectorAll('details.menu[open]')

  document.addEventListener('click', (event) => {
    for (const menu of open()) {
      const chosen = menu.contains(event.target) && event.target.closest('.menu-list a, .menu-list button')
      if (chosen || !menu.contains(event.target)) menu.open = false
    }
  })

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of open()) {
      if (menu.contains(document.activeElement)) menu.querySelector('summary').focus()
      menu.open = false
    }
  })

  document.addEventListener('focusout', (event) => {
    const menu = event.target.closest('details.menu[open]')
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false
  })
})()
