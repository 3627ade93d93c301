// Every page: colours, dialogs, the keys of data-key.
const root = document.documentElement
const $ = (selector, within = document) => within.querySelector(selector)
const $$ = (selector) => [...document.querySelectorAll(selector)]
const on = (type, listener) => document.addEventListener(type, listener)
const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? ''
const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax` }
const say = (text) => {
	$('#said').textContent = text
	clearTimeout(say.timer)
	say.timer = setTimeout(say, 6000, '')
}

root.classList.add('scripted')
keep('atocore_tz', encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone))

on('click', (event) => {
	const at = (selector) => event.target.closest(selector)
	const opener = at('[data-opens]')
	if (opener) { event.preventDefault(); $('#' + opener.dataset.opens).showModal() }
	if (at('[data-close]')) at('.alert, .drawer').remove()
	if (at('[data-theme-switch]')) {
		const { theme } = root.dataset, system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
		keep('atocore_theme', root.dataset.theme = (theme === 'system' ? system : theme) === 'dark' ? 'light' : 'dark')
		say('Colours: ' + root.dataset.theme)
	}
	for (const menu of $$('.menu[open]')) menu.open = menu.contains(event.target)
})

// The selection's keys, then the card's, then the page's.
function press(key) {
	const name = CSS.escape(key)
	const target = $(`.selecting [data-bulk="${name}"]`) ?? $(`#stage [data-key="${name}"]`) ?? $(`[data-key="${name}"]`)
	target?.click()
	return target
}

on('keydown', (event) => {
	const { key, target } = event
	if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
	if (target.matches('textarea, select, input:not([type=checkbox], [type=radio])') || $('dialog[open]')) return
	if (document.body.dataset.keys !== 'on') return
	if (window.triageKey?.(event) || (key.length < 2 && key !== ' ' && press(key))) event.preventDefault()
})
