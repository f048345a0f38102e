internal import FilmClubModel

// What the demo reads of the services' answers, and sends; a client's view, not the services' own types.

struct FilmPage: Decodable {
    struct Summary: Decodable {
        let id: FilmID
        let title: String
    }

    let films: [Summary]
}

struct Cart: Decodable {
    struct Slot: Decodable {
        let slot: Int
        let filmId: FilmID?
    }
    struct Missing: Decodable {
        let films: Int
    }

    let id: CartID
    let programmeId: ProgrammeID
    let state: String
    let slots: [Slot]
    let missing: Missing
}

struct OrderRequest: Encodable {
    struct Payment: Encodable {
        let method: String
        let purchaseOrderNumber: String
    }

    let cartId: CartID
    let programmeId: ProgrammeID
    let filmIds: [FilmID]
    let payment: Payment
}

struct Order: Decodable {
    struct Line: Decodable {
        let filmId: FilmID
        let title: String
    }

    let id: OrderID
    let number: String
    let state: String
    let lines: [Line]
    let total: Money
}

struct EntitlementList: Decodable {
    let entitlements: [Entitlement]
}

struct Entitlement: Decodable {
    let id: EntitlementID
    let filmId: FilmID
    let title: String?
}

struct OpenedSession: Decodable {
    let id: SessionID
    let playUrl: String
}
