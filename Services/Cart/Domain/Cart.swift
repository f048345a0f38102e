public import FilmClubModel

/// One institution's open bundle: films in the slots of a programme. A pure state machine: every change returns the
/// events that tell of it, and is told only if it is one.
public struct Cart: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        /// Something is missing; `Completeness` says what.
        case open
        /// As far as cart can see, checkout would take it.
        case complete
        /// An order was placed for it. Nothing changes any more.
        case closed
    }

    public let id: CartID
    public let institutionId: InstitutionID
    public let programmeId: ProgrammeID
    /// How many films it takes: the programme's slots when the cart was opened.
    public let slots: Int
    public private(set) var state: State
    /// By slot, from 1 on; an empty slot has no entry.
    public private(set) var films: [Int: FilmID]
    public private(set) var orderId: OrderID?
    /// Of the last event.
    public private(set) var sequence: Int64

    /// A cart as it is stored.
    public init(
        id: CartID, institutionId: InstitutionID, programmeId: ProgrammeID, slots: Int, state: State,
        films: [Int: FilmID], orderId: OrderID?, sequence: Int64
    ) {
        self.id = id
        self.institutionId = institutionId
        self.programmeId = programmeId
        self.slots = slots
        self.state = state
        self.films = films
        self.orderId = orderId
        self.sequence = sequence
    }

    /// A new cart for a programme that is offered to the institution.
    public static func open(
        id: CartID, for institution: Institution, programme: Programme
    ) throws(CartRefusal) -> (Cart, CartEvent) {
        guard programme.isOffered(to: institution) else { throw .programmeNotOffered(institution.territory) }
        var cart = Cart(
            id: id, institutionId: institution.id, programmeId: programme.id, slots: programme.slots, state: .open,
            films: [:], orderId: nil, sequence: 0)
        let event = cart.tell(
            .opened(
                CartOpened(
                    cartId: id, institutionId: institution.id, programmeId: programme.id,
                    programmeVersion: programme.version, slots: programme.slots)))
        return (cart, event)
    }

    /// Puts the film into the next free slot. One that is there already changes nothing.
    public mutating func select(_ filmId: FilmID, by facts: CartFacts) throws(CartRefusal) -> [CartEvent] {
        if let orderId { throw .closed(orderId) }
        guard !films.values.contains(filmId) else { return [] }
        guard let film = facts.films[filmId] else { throw .filmUnknown(filmId) }
        guard film.status == .available else { throw .filmWithdrawn(filmId) }
        guard film.isLicensed(in: facts.institution.territory) else {
            throw .filmNotLicensed(filmId, facts.institution.territory)
        }
        guard let slot = (1...slots).first(where: { films[$0] == nil }) else { throw .full(slots: slots) }
        films[slot] = filmId
        let selected = tell(
            .selected(FilmSelected(cartId: id, institutionId: institutionId, filmId: filmId, slot: slot)))
        return [selected] + reconsider(facts)
    }

    /// Frees the film's slot. One that is not there changes nothing.
    public mutating func remove(_ filmId: FilmID, by facts: CartFacts) throws(CartRefusal) -> [CartEvent] {
        if let orderId { throw .closed(orderId) }
        guard let slot = films.first(where: { $0.value == filmId })?.key else { return [] }
        films[slot] = nil
        let removed = tell(
            .removed(FilmRemoved(cartId: id, institutionId: institutionId, filmId: filmId, slot: slot)))
        return [removed] + reconsider(facts)
    }

    /// Checkout has taken an order for it. Another order's news changes nothing: the first one stands.
    public mutating func close(by order: OrderID) -> [CartEvent] {
        guard state != .closed else { return [] }
        state = .closed
        orderId = order
        return [tell(.closed(CartClosed(cartId: id, institutionId: institutionId, orderId: order)))]
    }

    /// Whether it is complete now; becoming so is told, ceasing to be so shows in what was removed.
    private mutating func reconsider(_ facts: CartFacts) -> [CartEvent] {
        let isComplete = Completeness(of: self, by: facts).isComplete
        guard isComplete != (state == .complete) else { return [] }
        state = isComplete ? .complete : .open
        guard isComplete else { return [] }
        return [
            tell(
                .completed(
                    CartCompleted(
                        cartId: id, institutionId: institutionId, programmeId: programmeId,
                        programmeVersion: facts.programme.version, filmIds: selected)))
        ]
    }

    /// The films in the order of their slots.
    public var selected: [FilmID] { films.sorted { $0.key < $1.key }.map(\.value) }

    private mutating func tell(_ body: CartEvent.Body) -> CartEvent {
        sequence += 1
        return CartEvent(sequence: sequence, body: body)
    }
}

/// What a cart is judged by: the programme, the institution, and those films that are known.
public struct CartFacts: Sendable {
    public let institution: Institution
    public let programme: Programme
    public let films: [FilmID: Film]

    public init(institution: Institution, programme: Programme, films: [FilmID: Film]) {
        self.institution = institution
        self.programme = programme
        self.films = films
    }
}

/// Something that happened to a cart, with its number in the cart's life.
public struct CartEvent: Hashable, Sendable {
    public enum Body: Hashable, Sendable {
        case opened(CartOpened)
        case selected(FilmSelected)
        case removed(FilmRemoved)
        case completed(CartCompleted)
        case closed(CartClosed)
    }

    public let sequence: Int64
    public let body: Body

    public var eventBody: any EventBody {
        switch body {
        case .opened(let body): body
        case .selected(let body): body
        case .removed(let body): body
        case .completed(let body): body
        case .closed(let body): body
        }
    }
}

/// Why a cart cannot be opened or changed.
public enum CartRefusal: Error, Hashable, Sendable {
    case institutionUnknown
    case programmeUnknown(String)
    case programmeNotOffered(Territory)
    case filmUnknown(FilmID)
    case filmWithdrawn(FilmID)
    case filmNotLicensed(FilmID, Territory)
    case full(slots: Int)
    case closed(OrderID)
}
