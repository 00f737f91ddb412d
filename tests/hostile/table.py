"""All attacks."""

from hostile import altering, breaking, escaping, forging, meeting, showing, speaking, spying

GROUPS = {
    module.__name__.rpartition(".")[2]: module.ROWS
    for module in (forging, spying, escaping, meeting, breaking, speaking, altering, showing)
}
ATTACKS = {
    f"{group}-{number:02d}": attack
    for group, rows in GROUPS.items()
    for number, attack in enumerate(rows)
}
"""From the student who does it to the attack."""
