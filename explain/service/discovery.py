"""What the service answers, as CDS Hooks has it told: its hooks, what to prefetch, and what can be turned off."""

from __future__ import annotations

from typing import Any

from ...engine.cases.fhir.resources import HOOKS

_PATIENT = "{{context.patientId}}"
PREFETCH = {
    "patient": f"Patient/{_PATIENT}",
    "encounter": "Encounter/{{context.encounterId}}",
    "coverage": f"Coverage?patient={_PATIENT}&status=active",
    "conditions": f"Condition?patient={_PATIENT}",
    "questionnaireResponses": f"QuestionnaireResponse?patient={_PATIENT}&status=completed,amended",
}
"""What is read of the record, by names that a client may change."""
_SAYS = {
    HOOKS[0]: ("Coverage when orders are signed",
               "Says of each order whether it is covered, needs prior authorization, and what there is to document."),
    HOOKS[1]: ("Coverage when orders are selected",
               "Says of each selected order whether it is covered and whether prior authorization is needed."),
}  # fmt: skip
SERVICES = {f"{hook}-crd": hook for hook in HOOKS}
"""The hooks by the ids of the services that answer them."""


def services() -> dict[str, Any]:
    """Return the discovery document, with the extensions of Da Vinci CRD."""
    return {"services": [_service(name, hook) for name, hook in SERVICES.items()]}


def _service(name: str, hook: str) -> dict[str, Any]:
    title, description = _SAYS[hook]
    option = {
        "code": "coverage-info", "type": "boolean", "name": "Coverage Information",
        "description": "What the payer says of the coverage of an order, as an extension of it.", "default": True,
    }  # fmt: skip
    return {
        "hook": hook, "id": name, "title": title, "description": description, "prefetch": dict(PREFETCH),
        "extension": {"davinci-crd.version": ["2.2"], "davinci-crd.configuration-options": [option]},
    }  # fmt: skip
