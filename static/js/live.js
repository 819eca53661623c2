// The event stream of a page is let go while its tab is hidden, so that many tabs do not use up the browser's six
// connections, and taken up on return with one `refresh`. A button [data-pause] holds all streams.
(() => {
  const sources = new Set()
  let paused = false

  class Source {
    constructor(url) {
      this.url = url
      this.listeners = []
      this.onopen = this.onerror = () => {}
      sources.add(this)
      this.wake()
    }

    get readyState() { return this.real ? this.real.readyState : EventSource.CONNECTING }

    addEventListener(name, listener) {
      this.listeners.push([name, listener])
      this.real?.addEventListener(name, listener)
    }

    removeEventListener(name, listener) {
      this.listeners = this.listeners.filter(([n, l]) => n !== name || l !== listener)
      this.real?.removeEventListener(name, listener)
    }

    wake() {
      if (this.real || paused || document.hidden) return
      this.real = new EventSource(this.url)
      this.real.onopen = (event) => {
        this.onopen(event)
        if (this.slept) this.tell('refresh')
        this.slept = false
      }
      this.real.onerror = (event) => {
        this.slept = true
        this.onerror(event)
      }
      // Whoever was too slow gets everything anew.
      this.real.addEventListener('refresh', () => { this.sleep(); this.wake() })
      for (const [name, listener] of this.listeners) this.real.addEventListener(name, listener)
    }

    sleep() {
      if (!this.real) return
      this.real.close()
      this.real = null
      this.slept = true
    }

    tell(name) {
      for (const [n, listener] of [...this.listeners]) if (n === name) listener(new MessageEvent(name, { data: '' }))
    }

    close() {
      sources.delete(this)
      this.real?.close()
    }
  }

  const mind = () => sources.forEach((source) => (paused || document.hidden ? source.sleep() : source.wake()))
  htmx.createEventSource = (url) => new Source(url)
  document.addEventListener('visibilitychange', mind)
  window.addEventListener('pagehide', () => sources.forEach((source) => source.sleep()))
  window.addEventListener('pageshow', mind)
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-pause]')
    if (!button) return
    paused = !paused
    button.setAttribute('aria-pressed', String(paused))
    mind()
  })
})()
