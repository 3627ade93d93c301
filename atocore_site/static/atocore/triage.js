// A decision shows the next card, fetched before, and is sent behind it.
const DWELL = 120, DECK = 10, LOW = 5
const cards = new Map()
let shown = 0, chain = Promise.resolve(), busy = false, prefix = ''

const rows = () => $$('#list > [data-id]')
const rowOf = (id) => $('#row-' + id)
const after = (row, all = rows()) => all[all.indexOf(row) + 1] ?? all[0]
const later = (row) => $('#list').insertBefore(row, $('#list > .more'))
const skipped = ({ dataset }) => sessionStorage.skipped?.includes(dataset.id)
const current = () => $('#list > [aria-current]')
const ask = (url, body) => fetch(url, {
	method: body && 'POST', body, headers: { 'HX-Request': true, 'X-CSRFToken': cookie('atocore_csrf') }
}).catch(() => null)

function upgrade(row) {
	row.role = 'option'
	$('a', row).removeAttribute('href')
	pick(row, $('input', row).checked)
	if (skipped(row)) later(row)
}

function pick(row, on = row.ariaSelected !== 'true') {
	row.ariaSelected = String($('input', row).checked = on)
	const chosen = $$('#list > [aria-selected=true]').length
	$('#bulk').classList.toggle('selecting', chosen)
	$('#chosen').textContent = chosen
}

function start() {
	const list = $('#list'), item = $('#stage > .item')
	if (!item) return
	Object.assign(list, { role: 'listbox', tabIndex: 0, ariaMultiSelectable: true })
	rows().forEach(upgrade)
	const row = rowOf(item.dataset.id)
	if (!row || skipped(row) && !location.search.match('card=')) return show(rows()[0])
	cards.set(item.dataset.id, item)
	mark(row)
	shown = performance.now()
	refill()
}

function mark(row) {
	current()?.removeAttribute('aria-current')
	row.ariaCurrent = 'true'
	$('#list').setAttribute('aria-activedescendant', row.id)
	$('#place').textContent = rows().indexOf(row) + 1
	row.scrollIntoView({ block: 'nearest' })
}

async function show(row) {
	shown = Infinity
	if (!row) {
		await null // its post joins the chain first
		return chain.then(() => $('.alert') ? $('#stage').replaceChildren() : location.reload())
	}
	mark(row)
	const { id } = row.dataset
	if (!cards.has(id)) await load([id])
	if (row !== current()) return
	if (!cards.has(id)) { row.remove(); return show(rows()[0]) }
	$('#stage').replaceChildren(cards.get(id))
	$('#stage h1').focus({ preventScroll: true })
	requestAnimationFrame(() => { shown = performance.now() })
	refill()
}

async function load(ids) {
	const answer = await ask(`${$('#triage').dataset.deck}&id=${ids.join('&id=')}`)
	if (answer?.ok) apply(await answer.text())
}

async function refill() {
	htmx.trigger('#stage > .item', 'shown')
	const all = rows(), at = all.indexOf(current()) + 1, ahead = all.slice(at, at + DECK).map((row) => row.dataset.id)
	const lack = ahead.filter((id) => !cards.has(id)), more = $('#list > .more')
	if (more && ahead.length < DECK) htmx.trigger(more, 'more')
	if (busy || !lack.length || ahead.length - lack.length >= LOW) return
	busy = true
	await load(lack)
	busy = false
}

function leave(row) {
	const next = after(row)
	count(1)
	row.remove()
	show(next === row ? null : next)
}

function count(step) {
	for (const number of $$('[data-step]')) {
		const value = +number.textContent.replace(/\D/g, '') + step * number.dataset.step
		number.textContent = Math.max(0, value).toLocaleString('fr') // thin spaces
	}
	$('progress').value += step
}

// By id; else cards, alerts, rows for the top.
function apply(html) {
	const box = document.createElement('template')
	box.innerHTML = html
	for (const node of [...box.content.children]) {
		const old = document.getElementById(node.id)
		if (node.matches('.item')) cards.set(node.dataset.id, node)
		if (node.matches('.alert')) $('#alerts').append(node)
		else if (node.matches('li')) {
			cards.delete(node.dataset.id)
			lift(node)
		}
		else if (node.id === 'said') say(node.textContent)
		else old?.replaceWith(node)
		if (node.matches('dialog')) node.showModal()
		htmx.process(node)
		if (node.id === 'queue') start()
	}
	$('#stage [aria-invalid=true]')?.focus()
}

function lift(row) {
	const was = rowOf(row.dataset.id)
	was ? was.remove() : count(-1)
	upgrade(row)
	$('#list').prepend(row)
	show(row)
}

// `row` returns when it cannot be saved.
const post = (url, body, row) => (chain = chain.then(() => send(url, body, row)))

async function send(url, body, row) {
	const slow = setTimeout(say, 400, 'Saving…')
	let answer
	for (let tries = 0; ; tries++) {
		answer = await ask(url, body)
		if (answer?.status === 503 && !tries) await new Promise((done) => setTimeout(done, 700))
		else if (answer?.status !== 401 || !await signIn(await answer.text())) break
	}
	clearTimeout(slow)
	if (answer?.status < 500 && answer.status !== 401) {
		apply(await answer.text())
		return answer.ok
	}
	const alert = $('#unsaved').content.firstChild.cloneNode(true)
	$('code', alert).textContent = answer?.headers.get('X-Request-ID') ?? 'no connection'
	$('button', alert).onclick = () => { alert.remove(); if (row) leave(row); post(url, body, row) }
	$('#alerts').append(alert)
	if (row) lift(row)
}

function signIn(html) {
	return new Promise((done) => {
		apply(html)
		const dialog = $('#ask')
		dialog.onclose = () => done(false)
		dialog.onsubmit = async (event) => {
			event.preventDefault()
			const answer = await ask(event.target.action, new FormData(event.target))
			if (answer?.redirected) { done(true); dialog.close() }
			else $('[role=alert]', dialog).textContent = 'Not accepted.'
		}
	})
}

on('submit', (event) => {
	const { target: form, submitter: by } = event, { verb, wait } = form.dataset, url = form.getAttribute('action')
	if (!$('#stage') || event.defaultPrevented || by?.formMethod === 'dialog' || (!verb && wait == null)) return
	event.preventDefault()
	const body = new FormData(form, by), reasons = $('#reasons'), row = rowOf(form.closest('.item')?.dataset.id)
	body.delete('csrfmiddlewaretoken')
	form.closest('dialog')?.close()
	if (!verb) {
		reasons.hidden = true
		return post(url, body).then((ok) => ok && by?.dataset.then && leave(row))
	}
	if (!row || performance.now() - shown < DWELL) return
	leave(row)
	reasons.hidden = verb !== 'reject'
	reasons.action = url.replace(/\w+\/$/, 'annotate/')
	post(url, body, row)
})

on('click', ({ target, shiftKey }) => {
	const row = target.closest('#list > [data-id]'), go = target.closest('[data-go]')
	if (row) target.matches('.tick') || shiftKey ? pick(row) : show(row)
	if (go) triageKey({ key: go.dataset.go, target: root })
	if (target.closest('[data-close]')) current() ? $('#stage h1').focus() : location.reload()
})

on('keydown', (event) => {
	const form = $('#stage .drawer'), button = form && (event.ctrlKey || event.metaKey) && $(`[data-ctrl="${event.key}"]`, form)
	if (button) button.click()
	else if (form && event.key === 'Escape') {
		const changed = [...form].some(({ value, defaultValue }) => value !== (defaultValue ?? value))
		if (!changed || confirm('Drop what you typed?')) $('[data-close]', form).click()
	} else return
	event.preventDefault()
})

window.triageKey = ({ key, target }) => {
	const was = prefix, here = current()
	if (was) say(prefix = '')
	if (!here || (key.length > 1 && target.matches('input'))) return false
	if (was && press(was + key)) return true
	const step = { j: 1, J: 1, ArrowDown: 1, k: -1, K: -1, ArrowUp: -1 }[key]
	if (step) {
		const all = rows(), to = all[all.indexOf(here) + step]
		if (to && 'JK'.includes(key)) { pick(here, true); pick(to, true) }
		if (to) show(to)
	} else if (key === 'x') pick(here)
	else if (key === '/') {
		$('#queue > details').open = true
		$('#queue select').focus()
	} else if (key === '*') rows().forEach((row) => pick(row, true))
	else if (key === ' ' && !target.closest('button, a, summary, input')) {
		const next = after(here)
		sessionStorage.skipped += here.dataset.id
		later(here)
		show(next)
	} else if ('sm'.includes(key)) {
		prefix = key
		say(`${key === 's' ? 'Supersede' : 'Merge into'} which one? 1–5`)
	} else return false
	return true
}

on('htmx:load', ({ target }) => {
	$$('#list > [data-id]:not([role])').forEach(upgrade)
	$('[autofocus]', target)?.focus()
})

on('htmx:responseError', ({ detail }) => $('dialog[open]') || apply(detail.xhr.response))

on('DOMContentLoaded', start)
