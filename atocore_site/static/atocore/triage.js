// Triage: a deck of prefetched cards. A decision shows the next card at once and is sent behind it, one after another.
const DWELL = 120, DECK = 10, LOW = 5
const cards = new Map(), sent = new Set()
let shownAt = 0, chain = Promise.resolve(), loading = false, prefix = ''

const rows = () => $$('#list > [data-id]')
const current = () => $('#list > [aria-current=true]')
const headers = () => ({ 'HX-Request': 'true', 'X-CSRFToken': cookie('atocore_csrf') })
const pause = (ms) => new Promise((done) => setTimeout(done, ms))

function upgrade(row) {
  const box = $('input', row)
  row.role = 'option'
  row.ariaSelected = String(box.checked)
  box.hidden = true
  $('a', row).removeAttribute('href')
}

function pick(row, on = row.ariaSelected !== 'true') {
  row.ariaSelected = String($('input', row).checked = on)
  const chosen = $$('#list > [aria-selected=true]').length
  $('#bulk').classList.toggle('selecting', chosen > 0)
  $('#chosen').textContent = chosen
}

function start() {
  const list = $('#list')
  if (!list) return
  Object.assign(list, { role: 'listbox', tabIndex: 0, ariaMultiSelectable: 'true' })
  for (const row of rows()) { upgrade(row); pick(row, $('input', row).checked) }
  const item = $('#stage > .item'), row = item && $('#row-' + item.dataset.id)
  if (!row) return show(rows()[0])
  cards.set(item.dataset.id, item)
  mark(row)
  shownAt = performance.now()
  refill()
}

function mark(row) {
  current()?.removeAttribute('aria-current')
  row.setAttribute('aria-current', 'true')
  $('#list').setAttribute('aria-activedescendant', row.id)
  $('#place').textContent = rows().indexOf(row) + 1
  row.scrollIntoView({ block: 'nearest' })
}

async function show(row) {
  shownAt = Infinity
  if (!row) return chain.then(() => location.reload())
  mark(row)
  const { id } = row.dataset
  if (!cards.has(id)) await load([id])
  if (row !== current()) return
  if (!cards.has(id)) { row.remove(); return show(rows()[0]) }
  $('#stage').replaceChildren(cards.get(id))
  $('#stage h1').focus({ preventScroll: true })
  requestAnimationFrame(() => { shownAt = performance.now() })
  refill()
}

async function load(ids) {
  const answer = await fetch(`${$('#triage').dataset.deck}&id=${ids.join('&id=')}`, { headers: headers() }).catch(() => null)
  if (answer?.ok) apply(await answer.text())
}

async function refill() {
  const all = rows(), at = all.indexOf(current())
  const ahead = all.slice(at + 1, at + 1 + DECK).map((row) => row.dataset.id)
  const missing = ahead.filter((id) => !cards.has(id))
  if (all.length - at <= DECK) { const more = $('#list > .more'); if (more) htmx.trigger(more, 'more') }
  if (loading || !missing.length || ahead.length - missing.length >= LOW) return
  loading = true
  await load(missing)
  loading = false
}

function after(row) {
  const all = rows(), next = all[all.indexOf(row) + 1] ?? all[0]
  return next === row ? null : next
}

function count(step) {
  for (const number of $$('[data-step]')) {
    const value = Number(number.textContent.replace(/\D/g, '')) + step * number.dataset.step
    number.textContent = String(Math.max(0, value)).replace(/\B(?=(\d{3})+$)/g, '\u202f')
  }
  if ($('progress')) $('progress').value += step
}

// What the server answers: whole elements that replace those of the same id, cards, rows for the top, alerts.
function apply(html) {
  const box = document.createElement('template')
  box.innerHTML = html
  for (const node of [...box.content.children]) {
    if (node.matches('.item')) {
      cards.set(node.dataset.id, node)
      $('#stage > #' + node.id)?.replaceWith(node)
    } else if (node.matches('.alert')) $('#alerts').append(node)
    else if (node.matches('li')) top(node)
    else if (node.id === 'said') say(node.textContent)
    else if (node.id) $('#' + node.id)?.replaceWith(node)
    if (node.matches('dialog')) node.showModal()
    htmx.process(node)
    if (node.id === 'queue') start()
  }
  $('#stage [aria-invalid=true]')?.focus()
}

function top(row) {
  const { id } = row.dataset
  $('#row-' + id)?.remove()
  upgrade(row)
  cards.delete(id)
  sent.delete(id)
  $('#list').prepend(row)
  show(row)
}

async function send(url, body, undo) {
  const slow = setTimeout(say, 400, 'Saving…')
  let answer
  for (let tries = 0; ; tries++) {
    answer = await fetch(url, { method: 'POST', body, headers: headers() }).catch(() => null)
    if (answer?.status === 503 && !tries) await pause(700)
    else if (answer?.status !== 401 || !await signIn(await answer.text())) break
  }
  clearTimeout(slow)
  if ($('#said').textContent === 'Saving…') say('')
  if (answer && answer.status < 500 && answer.status !== 401) apply(await answer.text())
  else unsaved(url, body, undo, answer?.headers.get('X-Request-ID'))
  return answer?.ok
}

function unsaved(url, body, undo, id) {
  const alert = $('#unsaved').content.firstElementChild.cloneNode(true)
  $('code', alert).textContent = id ?? 'no connection'
  $('button', alert).onclick = () => { alert.remove(); const redo = undo?.(true); post(url, body, redo) }
  $('#alerts').append(alert)
  undo?.(false)
}

function signIn(html) {
  return new Promise((done) => {
    apply(html)
    const ask = $('#ask')
    ask.onclose = () => done(false)
    $('form', ask).onsubmit = async (event) => {
      event.preventDefault()
      event.stopPropagation()
      const answer = await fetch(event.target.action, { method: 'POST', body: new FormData(event.target), headers: headers() })
      if (answer.redirected) { done(true); ask.close() } else $('[role=alert]', ask).textContent = 'That did not work. Try again.'
    }
  })
}

const post = (url, body, undo) => (chain = chain.then(() => send(url, body, undo)))

function decide(form, body) {
  const item = form.closest('.item'), { id } = item.dataset, row = $('#row-' + id)
  if (performance.now() - shownAt < DWELL || sent.has(id)) return
  const leave = () => { sent.add(id); count(1); const next = after(row); row.remove(); show(next) }
  const undo = (again) => {
    if (again) { leave(); return undo }
    sent.delete(id); count(-1); $('#list').prepend(row); show(row)
  }
  leave()
  const reasons = $('#reasons')
  reasons.hidden = form.dataset.verb !== 'reject'
  reasons.action = form.action.replace(/[a-z]+\/$/, 'annotate/')
  post(form.action, body, undo)
}

document.addEventListener('submit', (event) => {
  const form = event.target, by = event.submitter
  if (!form.matches('[data-verb], [data-wait]')) return
  event.preventDefault()
  const body = new FormData(form, by)
  form.closest('dialog')?.close()
  if (form.id === 'reasons') form.hidden = true
  if (form.dataset.verb) return decide(form, body)
  const row = by?.dataset.then === 'next' && $('#row-' + form.closest('.item').dataset.id)
  post(form.action, body).then((ok) => {
    if (ok && row) { count(1); const next = after(row); row.remove(); show(next) }
  })
})

document.addEventListener('click', (event) => {
  const row = event.target.closest('#list > [data-id]')
  if (row) event.target.matches('.tick') || event.shiftKey ? pick(row) : show(row)
  const go = event.target.closest('[data-go]')
  if (go) triageKey({ key: go.dataset.go, target: document.body })
  if (event.target.closest('[data-close]')) $('#stage h1')?.focus()
})

const changed = (form) => [...form.elements].some((field) => field.defaultValue !== undefined && field.value !== field.defaultValue)

document.addEventListener('keydown', (event) => {
  const drawer = event.target.closest('.drawer') ?? $('#stage .drawer')
  if (!drawer || $('dialog[open]')) return
  const ctrl = event.ctrlKey || event.metaKey, button = ctrl && $(`[data-ctrl="${event.key}"]`, drawer)
  if (button) button.click()
  else if (event.key === 'Escape' && (!changed(drawer) || confirm('Drop what you typed?'))) $('[data-close]', drawer).click()
  else return
  event.preventDefault()
})

window.triageKey = ({ key, target }) => {
  const was = prefix, here = current()
  prefix = ''
  if (!here || (key.length > 1 && target.matches('input'))) return false
  if (was && press(was + key)) return true
  const step = { j: 1, J: 1, ArrowDown: 1, k: -1, K: -1, ArrowUp: -1 }[key]
  if (step) {
    const all = rows(), to = all[all.indexOf(here) + step]
    if (!to) return true
    if (key === 'J' || key === 'K') { pick(here, true); pick(to, true) }
    show(to)
  } else if (key === 'x') pick(here)
  else if (key === '*') rows().forEach((row) => pick(row, true))
  else if (key === ' ' && !target.closest('button, a, summary, input')) {
    const next = after(here)
    if (next) { $('#list').insertBefore(here, $('#list > .more')); show(next) }
  } else if ((key === 's' || key === 'm') && $(`#stage [data-key="${key}1"]`)) {
    prefix = key
    say(key === 's' ? 'Supersede which one? 1–5' : 'Merge into which one? 1–5')
  } else return false
  return true
}

document.addEventListener('htmx:load', ({ target }) => {
  if (target.matches?.('#list > li')) rows().filter((row) => row.role !== 'option').forEach(upgrade)
  $('[autofocus]', target)?.focus()
})

start()
