"""Elements of a page. The standard library's writer escapes every text and every attribute."""

from xml.etree.ElementTree import Element, SubElement, tostring

_STRANGE = "\N{REPLACEMENT CHARACTER}"


def node(tag: str, *children: "Element | str", **attributes: str) -> Element:
    """An element with texts and elements in it.

    Args:
        tag: its name.
        children: what is in it, in order.
        attributes: by name; ``_`` stands for ``-``, and one at the end is left out.
    """
    named = {key.rstrip("_").replace("_", "-"): shown(v) for key, v in attributes.items()}
    made = Element(tag, named)
    for child in children:
        if isinstance(child, str):
            _write(made, shown(child))
        else:
            made.append(child)
    return made


def page(title: str, style: str, body: Element) -> str:
    """A whole document; no script, no font, no picture and no address in it is ever asked for."""
    head = Element("head")
    SubElement(head, "meta", {"charset": "utf-8"})
    view = "width=device-width, initial-scale=1"
    SubElement(head, "meta", {"name": "viewport", "content": view})
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    SubElement(head, "meta", {"name": "color-scheme", "content": "light dark"})
    head.append(node("title", title))
    SubElement(head, "style").text = style
    document = Element("html", {"lang": "en"})
    document.extend([head, body])
    return f"<!doctype html>\n{tostring(document, encoding='unicode', method='html')}\n"


def shown(text: str) -> str:
    """A text of which every character is seen: none turns the line round or hides."""
    return "".join(one if one.isprintable() or one == "\n" else _STRANGE for one in text)


def _write(made: Element, text: str) -> None:
    """Put a text behind what is in an element already."""
    if len(made):
        made[-1].tail = (made[-1].tail or "") + text
    else:
        made.text = (made.text or "") + text
