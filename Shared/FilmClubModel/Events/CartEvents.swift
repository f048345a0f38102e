/// An institution began a bundle.
public struct CartOpened: EventBody {
    public static let type = EventType("CartOpened")
    public static let topic = Topic.carts

    public var cartId: CartID
    public var institutionId: InstitutionID
    public var programmeId: ProgrammeID
    public var programmeVersion: Int64
    public var slots: Int

    public init(
        cartId: CartID, institutionId: InstitutionID, programmeId: ProgrammeID, programmeVersion: Int64, slots: Int
    ) {
        self.cartId = cartId
        self.institutionId = institutionId
        self.programmeId = programmeId
        self.programmeVersion = programmeVersion
        self.slots = slots
    }

    public var key: String { cartId.text }
}

/// A film took a slot (1…the programme's slots).
public struct FilmSelected: EventBody {
    public static let type = EventType("FilmSelected")
    public static let topic = Topic.carts

    public var cartId: CartID
    public var institutionId: InstitutionID
    public var filmId: FilmID
    public var slot: Int

    public init(cartId: CartID, institutionId: InstitutionID, filmId: FilmID, slot: Int) {
        self.cartId = cartId
        self.institutionId = institutionId
        self.filmId = filmId
        self.slot = slot
    }

    public var key: String { cartId.text }
}

/// A film left its slot.
public struct FilmRemoved: EventBody {
    public static let type = EventType("FilmRemoved")
    public static let topic = Topic.carts

    public var cartId: CartID
    public var institutionId: InstitutionID
    public var filmId: FilmID
    public var slot: Int

    public init(cartId: CartID, institutionId: InstitutionID, filmId: FilmID, slot: Int) {
        self.cartId = cartId
        self.institutionId = institutionId
        self.filmId = filmId
        self.slot = slot
    }

    public var key: String { cartId.text }
}

/// Every slot is filled and every rule met: the cart can be ordered. It may be taken apart again.
public struct CartCompleted: EventBody {
    public static let type = EventType("CartCompleted")
    public static let topic = Topic.carts

    public var cartId: CartID
    public var institutionId: InstitutionID
    public var programmeId: ProgrammeID
    public var programmeVersion: Int64
    /// In the order of the slots.
    public var filmIds: [FilmID]

    public init(
        cartId: CartID, institutionId: InstitutionID, programmeId: ProgrammeID, programmeVersion: Int64,
        filmIds: [FilmID]
    ) {
        self.cartId = cartId
        self.institutionId = institutionId
        self.programmeId = programmeId
        self.programmeVersion = programmeVersion
        self.filmIds = filmIds
    }

    public var key: String { cartId.text }
}

/// The cart was ordered; it never changes again.
public struct CartClosed: EventBody {
    public static let type = EventType("CartClosed")
    public static let topic = Topic.carts

    public var cartId: CartID
    public var institutionId: InstitutionID
    public var orderId: OrderID

    public init(cartId: CartID, institutionId: InstitutionID, orderId: OrderID) {
        self.cartId = cartId
        self.institutionId = institutionId
        self.orderId = orderId
    }

    public var key: String { cartId.text }
}

/// Nobody came back to the cart in time.
public struct CartExpired: EventBody {
    public static let type = EventType("CartExpired")
    public static let topic = Topic.carts

    public var cartId: CartID
    public var institutionId: InstitutionID

    public init(cartId: CartID, institutionId: InstitutionID) {
        self.cartId = cartId
        self.institutionId = institutionId
    }

    public var key: String { cartId.text }
}
