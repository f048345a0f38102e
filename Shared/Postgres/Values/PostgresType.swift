/// A type as PostgreSQL numbers it (catalogue table pg_type; the built-in numbers never change).
public struct PostgresType: Hashable, Sendable {
    public let oid: UInt32

    public init(oid: UInt32) { self.oid = oid }

    public static var bool: Self { Self(oid: 16) }
    public static var bytea: Self { Self(oid: 17) }
    public static var name: Self { Self(oid: 19) }
    public static var int8: Self { Self(oid: 20) }
    public static var int2: Self { Self(oid: 21) }
    public static var int4: Self { Self(oid: 23) }
    public static var text: Self { Self(oid: 25) }
    public static var json: Self { Self(oid: 114) }
    public static var float4: Self { Self(oid: 700) }
    public static var float8: Self { Self(oid: 701) }
    public static var bpchar: Self { Self(oid: 1042) }
    public static var varchar: Self { Self(oid: 1043) }
    public static var date: Self { Self(oid: 1082) }
    public static var timestamptz: Self { Self(oid: 1184) }
    public static var numeric: Self { Self(oid: 1700) }
    public static var uuid: Self { Self(oid: 2950) }
    public static var jsonb: Self { Self(oid: 3802) }

    /// The type of arrays of this one, where it is known here.
    public var arrayType: PostgresType? { known.map { Self(oid: $0.array) } }

    private var known: (name: String, array: UInt32)? {
        switch oid {
        case 16: ("bool", 1000)
        case 17: ("bytea", 1001)
        case 19: ("name", 1003)
        case 20: ("int8", 1016)
        case 21: ("int2", 1005)
        case 23: ("int4", 1007)
        case 25: ("text", 1009)
        case 114: ("json", 199)
        case 700: ("float4", 1021)
        case 701: ("float8", 1022)
        case 1042: ("bpchar", 1014)
        case 1043: ("varchar", 1015)
        case 1082: ("date", 1182)
        case 1184: ("timestamptz", 1185)
        case 1700: ("numeric", 1231)
        case 2950: ("uuid", 2951)
        case 3802: ("jsonb", 3807)
        default: nil
        }
    }
}

extension PostgresType: CustomStringConvertible {
    public var description: String { known?.name ?? "the type with oid \(oid)" }
}
