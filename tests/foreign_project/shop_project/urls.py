from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def shop_window(request: HttpRequest) -> HttpResponse:
    """A page of the project's own, where Flowdeck's are not."""
    return HttpResponse("The shop")


urlpatterns = [
    path("shop", shop_window),
    path("accounts/login/", LoginView.as_view(), name="login"),
    path("", include("workflows_app.urls")),
    path("", include("designer_ui.urls")),
]
