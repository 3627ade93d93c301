// Every page: colours, dialogs, and keys that press what carries data-key. Pages work without this file.
const root = document.documentElement
const $ = (selector, within = document) => within.querySelector(selector)
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)]
const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? ''
const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax` }
const say = (text) => { $('#said').textContent = text }

root.classList.add('scripted')
keep('atocore_tz', encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone))

document.addEventListener('click', (event) => {
  const at = (selector) => event.target.closest(selector)
  const opener = at('[data-opens]')
  if (opener) { event.preventDefault(); $('#' + opener.dataset.opens).showModal() }
  if (at('[data-close]')) at('.alert, .drawer, dialog').remove()
  const colours = at('[data-theme-switch]')
  if (colours) {
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    const order = ['system', dark ? 'light' : 'dark', dark ? 'dark' : 'light']
    root.dataset.theme = order[(order.indexOf(root.dataset.theme) + 1) % 3]
    keep('atocore_theme', root.dataset.theme)
    colours.setAttribute('aria-label', `Colours: ${root.dataset.theme}`)
    say(`Colours: ${root.dataset.theme}`)
  }
  for (const menu of $$('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false
})

// A key presses the element that names it, the dialog's and the card's own first.
function press(key) {
  const name = CSS.escape(key)
  const target = $(`.selecting [data-bulk="${name}"]`) ?? $(`#stage [data-key="${name}"]`) ?? $(`[data-key="${name}"]`)
  target?.click()
  return Boolean(target)
}

const typing = (element) => element.matches('textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])')

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
  if (typing(target) || $('dialog[open]') || document.body.dataset.keys !== 'on') return
  if (window.triageKey?.(event) || (key.length === 1 && key !== ' ' && press(key))) event.preventDefault()
})
