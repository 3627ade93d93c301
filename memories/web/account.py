"""The pages of signing in and out and of one's own settings. Calls memories.services.sign_in; decides nothing else.

A GET never uses a link up: it shows a button, and the POST behind that button does.
"""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from memories.errors import DomainError
from memories.models import User
from memories.services import sign_in as ways_in
from memories.web.throttle import throttled

BACKEND = "django.contrib.auth.backends.ModelBackend"
THEMES = ("system", "light", "dark")
THEME_COOKIE = "atocore_theme"


class SignInForm(AuthenticationForm):
    """User name and password; accounts that only tokens use cannot sign in."""

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse inactive and service accounts in the same words as a wrong password."""
        super().confirm_login_allowed(user)
        if user.is_service:
            raise self.get_invalid_login_error()


class WelcomeForm(forms.Form):
    """What the first admin wants to be called."""

    username = forms.CharField(
        label="Your user name",
        max_length=150,
        initial="admin",
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class SettingsForm(forms.Form):
    """What a person sets for themselves."""

    single_keys = forms.BooleanField(label="Single-key shortcuts in triage", required=False)
    theme = forms.ChoiceField(label="Colours", choices=[(theme, theme.capitalize()) for theme in THEMES])


@method_decorator(throttled, name="post")
class SignInView(LoginView):
    """User name and password, for those who set one."""

    template_name = "account/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@never_cache
@require_http_methods(["GET", "POST"])
@throttled
def link(request: HttpRequest) -> HttpResponse:
    """A single-use link: GET shows whom it signs in, POST signs them in."""
    token = request.GET.get("sesame", "")
    if request.method == "POST":
        user = ways_in.redeem(token)
        return _signed_in(request, user) if user else _dead_link(request)
    user = ways_in.whose_link(token)
    return render(request, "account/link.html", {"person": user}) if user else _dead_link(request)


@never_cache
@require_http_methods(["GET", "POST"])
@throttled
def welcome(request: HttpRequest) -> HttpResponse:
    """The setup link of an empty installation: GET asks for a user name, POST makes the first admin."""
    token = request.GET.get("token", "")
    if not ways_in.setup_token_is_good(token):
        return _dead_link(request)
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _set_up(request, token, form)
    return render(request, "account/welcome.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own settings; what is changed here counts at once."""
    user = _person(request)
    form = SettingsForm(request.POST or None, initial={"single_keys": user.single_keys, "theme": _theme(request)})
    if request.method == "POST" and form.is_valid():
        ways_in.set_single_keys(user, form.cleaned_data["single_keys"])
        messages.success(request, "Your settings are saved.")
        answer = redirect("account:profile")
        answer.set_cookie(
            THEME_COOKIE, form.cleaned_data["theme"], max_age=365 * 86400, samesite="Lax", secure=request.is_secure()
        )
        return answer
    return _profile_page(request, form, SetPasswordForm(user))


@never_cache
@login_required
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Set or replace one's password; other sessions of the person end, this one stays."""
    user = _person(request)
    form = SetPasswordForm(user, request.POST)
    if not form.is_valid():
        settings_form = SettingsForm(initial={"single_keys": user.single_keys, "theme": _theme(request)})
        return _profile_page(request, settings_form, form)
    ways_in.set_password(user, form.cleaned_data["new_password1"])
    update_session_auth_hash(request, user)
    messages.success(request, "Your password is set. You can sign in with it from now on.")
    return redirect("account:profile")


def _set_up(request: HttpRequest, token: str, form: WelcomeForm) -> HttpResponse:
    try:
        user = ways_in.set_up(token, form.cleaned_data["username"], request_id=getattr(request, "request_id", ""))
    except DomainError as refusal:
        form.add_error("username", refusal.message)
        return render(request, "account/welcome.html", {"form": form}, status=422)
    return _signed_in(request, user) if user else _dead_link(request)


def _signed_in(request: HttpRequest, user: User) -> HttpResponse:
    login(request, user, backend=BACKEND)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _dead_link(request: HttpRequest) -> HttpResponse:
    return render(request, "account/dead_link.html", {"minutes": settings.ATOCORE_LINK_MINUTES}, status=410)


def _profile_page(request: HttpRequest, form: SettingsForm, password_form: "SetPasswordForm[User]") -> HttpResponse:
    context = {
        "form": form,
        "password_form": password_form,
        "memberships": _person(request).memberships.filter(ended_at=None),
    }
    return render(request, "account/profile.html", context, status=422 if form.errors or password_form.errors else 200)


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, THEMES[0])
    return chosen if chosen in THEMES else THEMES[0]


def _person(request: HttpRequest) -> User:
    # login_required stands before every caller.
    if not isinstance(request.user, User):
        raise TypeError("nobody is signed in")
    return request.user


app_name = "account"
urlpatterns = [
    path("sign-in/", SignInView.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("link/", link, name="link"),
    path("welcome/", welcome, name="welcome"),
    path("password/", password, name="password"),
    path("", profile, name="profile"),
]
