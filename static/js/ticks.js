// Beside what changes the ticked rows of a list stands how many they are.
(() => {
  function tell() {
    for (const place of document.querySelectorAll('[data-ticks]')) {
      const count = document.querySelectorAll(`input[type=checkbox][form="${place.dataset.ticks}"]:checked`).length
      const words = ['none', 'one'][count] ?? 'many'
      const text = place.dataset[words].replace('#', count.toLocaleString('en'))
      if (place.textContent !== text) place.textContent = text
    }
  }

  document.addEventListener('change', tell)
  document.addEventListener('fragment', tell)
  // A browser that comes back to a page may bring its ticks along.
  addEventListener('pageshow', tell)
})()
