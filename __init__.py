"""Coverage policy as Datalog: decisions with a proof for every line."""
