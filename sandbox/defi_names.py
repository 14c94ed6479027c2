"""Who there is in the sandbox's decentralised finance: chains, protocols and stablecoins."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

# Code, name, token, its id at CoinGecko, id of an EVM chain, id at DexPaprika.
_CHAINS = """
E,Ethereum,ETH,ethereum,1,ethereum
S,Solana,SOL,solana,,solana
B,BSC,BNB,binancecoin,56,bsc
T,Tron,TRON,tron,728126428,tron
C,Bitcoin,BTC,bitcoin,,
V,Base,,,8453,base
A,Arbitrum,ARB,arbitrum,42161,arbitrum
X,Avalanche,AVAX,avalanche-2,43114,avalanche
P,Polygon,POL,polygon-ecosystem-token,137,polygon
U,Sui,SUI,sui,,sui
H,Hyperliquid L1,HYPE,hyperliquid,999,hyperevm
O,OP Mainnet,OP,optimism,10,optimism
Q,Aptos,APT,aptos,,aptos
L,Linea,LINEA,linea,59144,linea
K,Katana,KAT,katana-network-token,747474,katana
M,Mantle,MNT,mantle,5000,mantle
N,Near,NEAR,near,,
D,Cardano,ADA,cardano,,
G,Gnosis,GNO,gnosis,100,
F,Sonic,S,sonic-3,146,sonic
I,Berachain,BERA,berachain-bera,80094,berachain
J,Scroll,SCR,scroll,534352,scroll
R,Starknet,STRK,starknet,,
W,World Chain,WLD,worldcoin-wld,480,
Y,Celo,CELO,celo,42220,celo
Z,ZKsync Era,ZK,zksync,324,zksync
a,TON,TON,the-open-network,,ton
b,Cronos,CRO,crypto-com-chain,25,cronos
c,Osmosis,OSMO,osmosis,,
d,Thorchain,RUNE,thorchain,,
e,Injective,INJ,injective-protocol,,
f,Sei,SEI,sei-network,1329,
g,Hedera,HBAR,hedera-hashgraph,295,
h,Stacks,STX,blockstack,,
i,Ronin,RON,ronin,2020,ronin
j,PulseChain,PLS,pulsechain,369,
k,Fantom,FTM,fantom,250,fantom
l,Kava,KAVA,kava,2222,
m,Unichain,,,130,unichain
n,Algorand,ALGO,algorand,,
"""
# Category: name, millions of dollars locked, chains.
_PROTOCOLS = """
Lending: Aave V3,34200,EAVXPOBLGFJYZ; SparkLend,6900,EG; Morpho V1,6100,EVKAPHm; JustLend,4300,T;
Lending: Compound V3,2700,EAVPOJLm; Kamino Lend,2400,S; Maple,2300,ES; Venus Core Pool,2100,BAE;
Lending: Fluid Lending,1500,EAVP; Euler V2,1300,EVXIFm; HyperLend,640,H; NAVI Lending,560,U;
Lending: Suilend,520,U; Benqi Lending,430,X; Echelon Market,210,Q; Aries Markets,190,Q;
Lending: Moonwell,260,VOY; Aave V2,240,EPX; Silo V2,170,FXE; Radiant V2,60,ABE; Zest V2,70,h;
Lending: Liqwid,65,D; Folks Finance Lending,58,n; Kava Lend,22,l; Burrow,48,N; Tectonic,110,b;
Liquid Staking: Lido,33100,ES; Binance staked ETH,12100,BE; Rocket Pool,2500,E; Jito Liquid Staking,2700,S;
Liquid Staking: Marinade Liquid Staking,1600,S; mETH Protocol,950,ME; StakeWise V2,1400,EG; Benqi Staked AVAX,510,X;
Liquid Staking: Kinetiq,1700,H; Stader,480,EPB; Meta Pool,60,N; Amnis Finance,150,Q; Stride,45,c;
Restaking: EigenCloud,12900,E; Symbiotic,920,E; Babylon Protocol,4900,C; Karak,110,EAK;
Liquid Restaking: ether.fi Stake,8400,E; Kelp,1500,EAV; Renzo,820,EAV; Puffer Stake,210,E;
Bridge: WBTC,13900,E; Coinbase BTC,6900,EVAS; Hyperliquid Bridge,4300,A; Portal,2500,ESBX; Lombard LBTC,1400,EV;
CDP: Sky Lending,5800,E; Liquity V2,210,E; crvUSD,190,E; Lista CDP,430,B; Abracadabra Spell,35,EA;
Basis Trading: Ethena USDe,8600,E; Resolv,340,EV; Falcon Finance,1600,E; USDai,420,A;
RWA: Ondo Yield Assets,1700,ESMU; BlackRock BUIDL,2400,EAXPO; Superstate USTB,620,E; Centrifuge Protocol,1100,EV;
RWA: Franklin Templeton,720,EPX; Spiko,310,PE; OpenEden TBILL,180,EA; Backed,110,EG;
Yield: Pendle,5600,EABVM; Convex Finance,1250,E; Aura,180,EAGV; Spectra V2,120,EV; Stake DAO,210,E;
Yield Aggregator: Yearn Finance,480,EKAPV; Beefy,230,EABVPOFY; Concrete,390,EK; Sommelier,25,E;
Risk Curators: Steakhouse Financial,1300,EV; Gauntlet,1100,EVA; MEV Capital,420,EV;
Dexs: Uniswap V3,2300,EAVPOBYm; Uniswap V2,1200,EVB; Uniswap V4,860,EmVA; Curve DEX,2100,EAGPXFY;
Dexs: PancakeSwap AMM,1900,B; PancakeSwap AMM V3,480,BAVE; Raydium AMM,1800,S; Aerodrome Slipstream,520,V;
Dexs: Aerodrome V1,430,V; Orca DEX,340,S; Meteora DLMM,310,S; Balancer V2,210,EAGP; Fluid DEX,830,EA;
Dexs: Sun.io V3,690,T; Cetus CLMM,160,U; Bluefin Spot,110,U; Momentum,120,U; LFJ V2.2,60,XA; Thala,75,Q;
Dexs: Camelot V3,55,A; Velodrome V3,70,O; THORChain DEX,130,d; Osmosis DEX,52,c; STON.fi,65,a; DeDust,42,a;
Dexs: VVS Standard,190,b; Minswap,58,D; SundaeSwap,18,D; Ekubo,62,R; SyncSwap,24,Z; Kodiak V3,210,I; BEX,130,I;
Dexs: Shadow Exchange,48,F; SpookySwap,9,k; SaucerSwap V2,95,g; Bitflow,14,h; Katana Ronin,66,i; PulseX V2,110,j;
Dexs: Helix,24,e; DragonSwap,45,f; Ambient,38,J; Pact,7,n; Ubeswap,4,Y; Merchant Moe,36,M; HyperSwap V3,44,H;
Derivatives: Hyperliquid Perps,420,H; GMX V2 Perps,380,AX; Jupiter Perpetual Exchange,1700,S; dYdX V4,230,c;
Derivatives: Drift Trade,640,S; Gains Network,38,AV; Aster,1100,B; Lighter,780,E; edgeX,360,E; World Perps,31,W;
CEX: Binance CEX,171000,CETB; OKX,29000,CET; Bitfinex,27000,CE; Bybit,23000,CET;
"""
# Symbol, name, millions that circulate, mechanism, peg, id at CoinGecko, chains.
_STABLECOINS = """
USDT,Tether,183200,fiat-backed,USD,tether,TEBSAPXOaVYQN
USDC,USD Coin,73300,fiat-backed,USD,usd-coin,ESVHAPBXOUQLNYZ
USDe,Ethena USDe,9400,crypto-backed,USD,ethena-usde,EBMaA
USDS,Sky Dollar,7550,crypto-backed,USD,usds,ESV
DAI,Dai,4900,crypto-backed,USD,dai,EPBAGO
USD1,World Liberty Financial USD,4300,fiat-backed,USD,usd1-wlfi,BETS
PYUSD,PayPal USD,3900,fiat-backed,USD,paypal-usd,ESA
BUIDL,BlackRock USD,2400,fiat-backed,USD,blackrock-usd-institutional-digital-liquidity-fund,EXPAO
USDf,Falcon USD,1700,crypto-backed,USD,falcon-finance,EB
USDY,Ondo US Dollar Yield,1100,fiat-backed,USD,ondo-us-dollar-yield,ESM
USDG,Global Dollar,950,fiat-backed,USD,global-dollar,SE
FDUSD,First Digital USD,900,fiat-backed,USD,first-digital-usd,BESU
RLUSD,Ripple USD,1300,fiat-backed,USD,ripple-usd,E
USDD,Decentralized USD,620,crypto-backed,USD,usdd,TEB
TUSD,TrueUSD,480,fiat-backed,USD,true-usd,TEB
EURC,Euro Coin,310,fiat-backed,EUR,euro-coin,EVSX
FRAX,Frax,290,crypto-backed,USD,frax,EFA
crvUSD,crvUSD,280,crypto-backed,USD,crvusd,EA
GHO,GHO,360,crypto-backed,USD,gho,EVA
USDB,USDB,90,crypto-backed,USD,usdb,E
LUSD,Liquity USD,32,crypto-backed,USD,liquity-usd,E
BOLD,Liquity BOLD,41,crypto-backed,USD,liquity-bold-2,E
lisUSD,Lista USD,58,crypto-backed,USD,helio-protocol-hay,B
USD0,Usual USD,540,fiat-backed,USD,usual-usd,E
AUSD,AUSD,160,fiat-backed,USD,agora-dollar,KXEU
USDX,USDX Money,120,crypto-backed,USD,usdx-money-usdx,BE
cUSD,Celo Dollar,27,crypto-backed,USD,celo-dollar,Y
EURS,STASIS EURO,140,fiat-backed,EUR,stasis-eurs,EP
MIM,Magic Internet Money,38,crypto-backed,USD,magic-internet-money,EA
USDM,Mountain Protocol USD,48,fiat-backed,USD,mountain-protocol-usdm,EV
"""


@dataclass(frozen=True, slots=True)
class Chain:
    code: str
    name: str
    token: str | None
    gecko_id: str | None
    evm: int | None
    paprika: str | None


@dataclass(frozen=True, slots=True)
class Protocol:
    """`locked` is in dollars, `chains` are codes, the largest first."""

    name: str
    category: str
    locked: float
    chains: str

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-").replace("'", "")


@dataclass(frozen=True, slots=True)
class Stablecoin:
    """`issued` is in units of the peg, `chains` are codes, the largest first."""

    symbol: str
    name: str
    issued: float
    mechanism: str
    peg: str
    gecko_id: str
    chains: str


@cache
def chains() -> dict[str, Chain]:
    """By code, in the order of size at first."""
    return {
        code: Chain(
            code, name, token or None, gecko or None, int(evm) if evm else None, dex or None
        )
        for code, name, token, gecko, evm, dex in _lines(_CHAINS)
    }


@cache
def protocols() -> tuple[Protocol, ...]:
    found = []
    for line in _PROTOCOLS.strip().splitlines():
        category, _, entries = line.partition(": ")
        for entry in entries.strip(" ;").split("; "):
            name, locked, codes = entry.split(",")
            found.append(Protocol(name, category, float(locked) * 1e6, codes))
    return tuple(found)


@cache
def stablecoins() -> tuple[Stablecoin, ...]:
    return tuple(
        Stablecoin(symbol, name, float(issued) * 1e6, mechanism, peg, gecko, codes)
        for symbol, name, issued, mechanism, peg, gecko, codes in _lines(_STABLECOINS)
    )


def _lines(text: str) -> Iterator[list[str]]:
    return (line.split(",") for line in text.strip().splitlines())
