// A button that copies the text of an element; where the clipboard is closed to us (plain http), its text is selected.
document.addEventListener('click', (event) => {
	const button = event.target.closest('[data-copies]')
	if (!button) return
	const text = document.getElementById(button.dataset.copies)
	getSelection().selectAllChildren(text)
	navigator.clipboard?.writeText(text.textContent).then(() => say('Copied'), () => say('Selected: copy it with Ctrl+C'))
})
