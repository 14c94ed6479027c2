import time
from tests.assets.conftest import *
from assets.nft import nft
from assets.social import social
from resources.schemas import NFT, SOCIAL
import polars as pl
from tests.assets.test_nft import today
def test_x(everyone):
    everyone.top_n=100
    for a,t in ((nft,NFT),(social,SOCIAL)):
        c=time.process_time(); w=time.time()
        everyone.run(a,[today()])
        print(a.key, "cpu",round(time.process_time()-c,2),"wall",round(time.time()-w,2))
        r=everyone.rows(t); print(r.height, r)
        import subprocess
        print(subprocess.run(["du","-sk",str(everyone.folder/"lake"/t.name)],capture_output=True,text=True).stdout)
    with pl.Config(tbl_rows=40,tbl_cols=12):
        print(everyone.rows(SOCIAL).filter(pl.col("posts")>0).select("provider","asset","posts","engagement","window_hours").sort("provider","posts",descending=[False,True]).group_by("provider",maintain_order=True).head(6))
        print(everyone.rows(NFT).select("provider","name","currency","floor_price","volume_24h","volume_total","listed","owners","supply").group_by("provider",maintain_order=True).head(4))
