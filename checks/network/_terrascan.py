"""Terrascan's ids for single ports of AWS security groups: port to the numbers of its ids."""

from __future__ import annotations

from collections.abc import Mapping

from iaclint.rules import Alias, alias

_Numbers = Mapping[int, tuple[int, ...]]

_OPEN_TCP = {
    22: (227,), 23: (271,), 25: (272,), 80: (228,), 135: (246,), 137: (254,), 138: (256,), 139: (258,), 445: (273,),
    636: (243,), 1433: (247,), 1434: (244,), 1521: (270,), 2382: (267,), 2383: (268,), 2484: (260,), 3000: (264,),
    3020: (237,), 3306: (253,), 3389: (230,), 4505: (233, 269), 4506: (236,), 5432: (262,), 7001: (239,),
    8000: (241,), 8080: (242,), 8140: (265,), 9000: (240,), 9200: (234,), 9300: (235,), 11214: (248,),
    11215: (249,), 27017: (274,), 27018: (252,), 61621: (238,),
}  # fmt: skip
_OPEN_UDP = {
    137: (255,), 138: (257,), 139: (259,), 161: (266,), 1434: (245,), 2484: (261,), 5432: (263,), 11214: (250,),
    11215: (251,),
}  # fmt: skip
_PUBLIC_TCP = {
    22: (319,), 23: (313,), 25: (314,), 135: (288,), 137: (296,), 138: (298,), 139: (300,), 445: (315,),
    636: (285,), 1433: (289,), 1434: (286,), 1521: (312,), 2382: (309,), 2383: (310,), 2484: (302,), 3000: (306,),
    3020: (279,), 3306: (295,), 4505: (277, 311), 4506: (278,), 5432: (304,), 7001: (281,), 8000: (283,),
    8080: (284,), 8140: (307,), 9000: (282,), 9200: (317,), 9300: (318,), 11214: (290,), 11215: (291,),
    27017: (316,), 27018: (294,), 61621: (280,),
}  # fmt: skip
_PUBLIC_UDP = {
    137: (297,), 138: (299,), 139: (301,), 161: (308,), 1434: (287,), 2484: (303,), 5432: (305,), 11214: (292,),
    11215: (293,),
}  # fmt: skip
_PRIVATE_TCP = {
    22: (320,), 23: (359,), 25: (360,), 135: (330,), 137: (343,), 138: (345,), 139: (347,), 445: (361,),
    636: (341,), 1433: (331,), 1434: (328,), 1521: (358,), 2382: (356,), 2383: (357,), 2484: (349,), 3000: (353,),
    3020: (337,), 3306: (336,), 3389: (323,), 4506: (325,), 5432: (351,), 7001: (338,), 8000: (340,), 8080: (327,),
    8140: (354,), 9000: (339,), 9200: (324,), 9300: (363,), 11214: (332,), 11215: (333,), 27017: (362,),
    27018: (342,), 61621: (326,),
}  # fmt: skip
_PRIVATE_UDP = {
    137: (344,), 138: (346,), 139: (348,), 161: (355,), 1434: (329,), 2484: (350,), 5432: (352,), 11214: (334,),
    11215: (335,),
}  # fmt: skip

def open_ports(**when: object) -> tuple[Alias, ...]:
    """The ids for a port that is open to the whole Internet."""
    return _ids(_OPEN_TCP, _OPEN_UDP, when)


def public_ports(**when: object) -> tuple[Alias, ...]:
    """The ids for a port that is open to some public network."""
    return _ids(_PUBLIC_TCP, _PUBLIC_UDP, when)


def private_ports(**when: object) -> tuple[Alias, ...]:
    """The ids for a port that is open to private networks."""
    return _ids(_PRIVATE_TCP, _PRIVATE_UDP, when)


def _ids(tcp: _Numbers, udp: _Numbers, when: dict[str, object]) -> tuple[Alias, ...]:
    return tuple(
        alias(f"AC_AWS_{number:04d}", language="terraform", port=port, protocol=(protocol, "all"), **when)
        for protocol, table in (("tcp", tcp), ("udp", udp))
        for port, numbers in table.items()
        for number in numbers
    )
