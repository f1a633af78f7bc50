"""Contrast of icons with what lies behind them, which axe does not look at."""

from __future__ import annotations

from playwright.sync_api import Page

LEAST = 3.0
"""WCAG 2.1, success criterion 1.4.11."""

_MEASURE = """(least) => {
    const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const paint = (colours) => {
        pixel.clearRect(0, 0, 1, 1);
        for (const [colour, opacity] of colours) {
            pixel.globalAlpha = opacity;
            pixel.fillStyle = colour;
            pixel.fillRect(0, 0, 1, 1);
        }
        return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((value) => {
            const part = value / 255;
            return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ancestors = (element) => element ? [...ancestors(element.parentElement), element] : [];
    const seen = [...document.querySelectorAll("svg.lucide")].filter((icon) =>
        icon.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        !icon.closest(":disabled, [aria-disabled=true], [data-disabled]"));
    const weak = seen.flatMap((icon) => {
        const path = ancestors(icon);
        const opacity = path.reduce((all, each) => all * Number(getComputedStyle(each).opacity), 1);
        const behind = path.map((each) => [getComputedStyle(each).backgroundColor, 1]);
        const base = ["Canvas", 1];
        const below = luminance(paint([base, ...behind]));
        const drawn = getComputedStyle(icon).color;
        const above = luminance(paint([base, ...behind, [drawn, opacity]]));
        const ratio = (Math.max(above, below) + 0.05) / (Math.min(above, below) + 0.05);
        const where = icon.closest("[aria-label], button, a, li")?.outerHTML.slice(0, 120);
        const name = icon.getAttribute("class");
        return ratio < least ? [`${name}: ${ratio.toFixed(2)} in ${where}`] : [];
    });
    return { count: seen.length, weak };
}"""


def assert_icons_stand_out(page: Page) -> None:
    """Every icon that is seen, unless it is disabled, has a contrast of 3:1 or better.

    Raises:
        AssertionError: Names the weak ones, or there is no icon to look at.
    """
    measured = page.evaluate(_MEASURE, LEAST)
    assert measured["count"] > 0, f"no icon on {page.url}"
    assert not measured["weak"], f"{page.url}\n" + "\n".join(measured["weak"])
