"""What a FHIR R4 request says, as cases.

In: JSON of a CDS Hooks request, a Bundle, a Claim or an order. Out: cases as a case file says them, each value with its
FHIR path, and what was not used.
"""
