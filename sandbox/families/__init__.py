"""What several venues share: routes, markets or coins by name, wire formats that more than one speaks,
and how numbers and times are spelt. No VENUE is in here."""
