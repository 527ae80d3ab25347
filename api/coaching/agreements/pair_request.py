"""Requests for pages opened with a secret link, and for pages about one of its owner's pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.http import urls
from api.http.dependencies import principal_of, services_for
from api.http.principal import Principal
from api.services import Services


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A request for a page that is opened with a secret link."""

    request: Request
    link: str

    @property
    def services(self) -> Services:
        """The services, bound to the request's principal."""
        return services_for(self.request)

    @property
    def principal(self) -> Principal:
        """The owner of the link."""
        return principal_of(self.request)


@dataclass(frozen=True, slots=True)
class PairRequest(LinkRequest):
    """A request for a page about the pair formed by the link's owner and another person."""

    other_id: str

    @property
    def address(self) -> str:
        """The URL prefix shared by all pages about the pair."""
        return urls.person_pair(self.link, self.other_id)

    @property
    def layout(self) -> dict[str, str]:
        """The URLs that every page about a pair links to."""
        return {
            "home": urls.person(self.link),
            "hub": urls.person_coaching(self.link),
            "pair": self.address,
        }


PairRequestDep = Annotated[PairRequest, Depends()]
