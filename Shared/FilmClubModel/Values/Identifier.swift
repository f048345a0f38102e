public import FoundationEssentials

/// A UUID that knows what it names: a film's id is no order's id.
///
/// The text is the canonical 36 characters in lower case (RFC 9562 §4); either case is read, nothing else is.
/// Ids are no secrets: they are guessable by design.
public struct Identifier<Tag: Sendable>: TextValue, Comparable {
    public let uuid: UUID

    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    public init(_ text: String) throws(InvalidValue) {
        guard let uuid = UUID(canonical: text) else {
            throw InvalidValue(
                "\(InvalidValue.quoted(text)) is no UUID; it is written as 8-4-4-4-12 hexadecimal digits.")
        }
        self.uuid = uuid
    }

    /// A new id of version 7: sorts by time of birth to the microsecond.
    public static func generate(now: Instant) -> Self {
        var random = SystemRandom()
        return generate(now: now, using: &random)
    }

    /// The same from a given source of random bits, so that a simulation repeats.
    public static func generate(now: Instant, using random: inout some RandomNumberGenerator) -> Self {
        Self(UUID.version7(at: now, using: &random))
    }

    public var text: String { uuid.canonicalText }

    /// Byte order, as PostgreSQL orders its `uuid`.
    public static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

// MARK: - What is named

public enum FilmTag: Sendable {}
public enum ProgrammeTag: Sendable {}
public enum InstitutionTag: Sendable {}
public enum CartTag: Sendable {}
public enum OrderTag: Sendable {}
public enum OrderLineTag: Sendable {}
public enum EntitlementTag: Sendable {}
public enum SessionTag: Sendable {}
public enum EventTag: Sendable {}
public enum PersonTag: Sendable {}
public enum CorrelationTag: Sendable {}
public enum GrantTag: Sendable {}
public enum QuoteTag: Sendable {}
public enum InvoiceTag: Sendable {}
public enum PaymentTag: Sendable {}
public enum ImportRunTag: Sendable {}
public enum TaskTag: Sendable {}

public typealias FilmID = Identifier<FilmTag>
public typealias ProgrammeID = Identifier<ProgrammeTag>
public typealias InstitutionID = Identifier<InstitutionTag>
public typealias CartID = Identifier<CartTag>
public typealias OrderID = Identifier<OrderTag>
public typealias OrderLineID = Identifier<OrderLineTag>
public typealias EntitlementID = Identifier<EntitlementTag>
public typealias SessionID = Identifier<SessionTag>
public typealias EventID = Identifier<EventTag>
public typealias PersonID = Identifier<PersonTag>
public typealias GrantID = Identifier<GrantTag>
public typealias QuoteID = Identifier<QuoteTag>
public typealias InvoiceID = Identifier<InvoiceTag>
public typealias PaymentID = Identifier<PaymentTag>
public typealias ImportRunID = Identifier<ImportRunTag>
/// Something that an operator is asked to do.
public typealias TaskID = Identifier<TaskTag>

/// What ties the events of one piece of work together: the id of the request or order that began it.
public typealias CorrelationID = Identifier<CorrelationTag>
